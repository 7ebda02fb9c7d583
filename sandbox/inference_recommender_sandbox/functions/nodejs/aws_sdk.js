// A stand-in for the AWS SDK for JavaScript v3, which Lambda's Node.js runtimes bring along.
//
// It has clients, commands, paginators and exceptions of every service, by botocore's service models; the calls
// themselves are made by the sandbox, with the function's own credentials. Waiters and packages besides
// `@aws-sdk/client-*` aren't there. A function that brings the real SDK uses that one.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { Readable } = require("node:stream");
const { gunzipSync } = require("node:zlib");

const CLIENT = /^@aws-sdk\/client-([a-z0-9-]+)$/;
const CALL_PATH = "/sandbox/call";
const packages = new Map();

class ServiceException extends Error {
  constructor({ name, message, $fault, $metadata }) {
    super(message);
    Object.assign(this, { name, $fault, $metadata });
  }
}

/** Make the packages available to `require` and, where Node.js has synchronous hooks, to `import`. */
function install(modelsFolder, send) {
  const package_ = (name) => {
    if (!packages.has(name)) packages.set(name, makePackage(name, modelsFolder, send));
    return packages.get(name);
  };
  const resolve = Module._resolveFilename;
  const load = Module._load;
  const isMissing = (name, parent) => {
    try {
      resolve(name, parent);
      return false;
    } catch {
      return serviceOf(name, modelsFolder) !== undefined;
    }
  };
  Module._load = (name, parent, ...rest) =>
    CLIENT.test(name) && isMissing(name, parent) ? package_(name) : load(name, parent, ...rest);
  Module.registerHooks?.({
    resolve(name, context, next) {
      try {
        return next(name, context);
      } catch (error) {
        if (serviceOf(name, modelsFolder) === undefined) throw error;
        return { url: `sandbox-sdk:${name}`, shortCircuit: true };
      }
    },
    load(url, context, next) {
      if (!url.startsWith("sandbox-sdk:")) return next(url, context);
      const name = url.slice("sandbox-sdk:".length);
      const exported = Object.keys(package_(name)).map((each) => `export const ${each} = exports_.${each};`);
      const source = `const exports_ = process.getBuiltinModule("node:module")._load(${JSON.stringify(name)});`;
      return { format: "module", source: [source, ...exported].join("\n"), shortCircuit: true };
    },
  });
}

function serviceOf(name, modelsFolder) {
  const suffix = CLIENT.exec(name)?.[1];
  if (suffix === undefined) return undefined;
  const service = JSON.parse(process.env.SANDBOX_SDK_SERVICES)[suffix] ?? suffix;
  return fs.existsSync(path.join(modelsFolder, service)) ? service : undefined;
}

function readModel(modelsFolder, service, kind) {
  const folder = path.join(modelsFolder, service);
  const latest = path.join(folder, fs.readdirSync(folder).sort().at(-1), `${kind}.json`);
  if (fs.existsSync(latest)) return JSON.parse(fs.readFileSync(latest));
  return fs.existsSync(`${latest}.gz`) ? JSON.parse(gunzipSync(fs.readFileSync(`${latest}.gz`))) : undefined;
}

function makePackage(name, modelsFolder, send) {
  const service = serviceOf(name, modelsFolder);
  const { metadata, operations, shapes } = readModel(modelsFolder, service, "service-2");
  const className = metadata.serviceId.replaceAll(" ", "");
  const exceptions = {};
  class Client {
    constructor(configuration = {}) {
      const region = configuration.region ?? process.env.AWS_REGION;
      this.config = {
        ...configuration,
        apiVersion: metadata.apiVersion,
        region: async () => (typeof region === "function" ? region() : region),
      };
      this.middlewareStack = { add() {}, addRelativeTo() {}, use() {}, remove() {} };
    }

    async send(command) {
      const request = {
        service,
        operation: command.constructor.operation,
        region: await this.config.region(),
        parameters: command.input,
      };
      const { body } = await send("POST", CALL_PATH, JSON.stringify(request, encode));
      const { output, error, metadata: $metadata } = JSON.parse(body, decode);
      if (error) throw new (exceptions[error.name] ?? ServiceException)({ ...error, $fault: "client", $metadata });
      return { ...output, $metadata };
    }

    destroy() {}
  }
  class Aggregate extends Client {}
  const exported = { [`${className}Client`]: Client, [className]: Aggregate, [`${className}ServiceException`]: ServiceException };
  for (const operation of Object.keys(operations)) {
    class Command {
      static operation = operation;

      constructor(input = {}) {
        this.input = input;
      }
    }
    exported[`${operation}Command`] = Command;
    const method = operation[0].toLowerCase() + operation.slice(1);
    Aggregate.prototype[method] = function (input) {
      return this.send(new Command(input));
    };
  }
  for (const [shape, { exception }] of Object.entries(shapes)) {
    if (exception) exported[shape] = exceptions[shape] = class extends ServiceException {};
  }
  const paginators = readModel(modelsFolder, service, "paginators-1")?.pagination ?? {};
  for (const [operation, paginator] of Object.entries(paginators)) {
    exported[`paginate${operation}`] = ({ client }, input) => pages(client, exported[`${operation}Command`], input, paginator);
  }
  for (const waiter of Object.keys(readModel(modelsFolder, service, "waiters-2")?.waiters ?? {})) {
    exported[`waitUntil${waiter}`] = async () => {
      throw new Error(`the sandbox's stand-in for the AWS SDK doesn't have waiters (waitUntil${waiter} of ${name})`);
    };
  }
  return exported;
}

async function* pages(client, Command, input, { input_token, output_token }) {
  const inputs = [input_token].flat();
  const outputs = [output_token].flat().map((each) => each.split(" || ")[0]);
  let tokens = {};
  do {
    const page = await client.send(new Command({ ...input, ...tokens }));
    yield page;
    tokens = Object.fromEntries(inputs.map((each, index) => [each, page[outputs[index]]]).filter(([, value]) => value));
  } while (Object.keys(tokens).length);
}

function encode(name, value) {
  // JSON.stringify has turned dates and buffers into text before: the original is in `this`.
  const original = this[name];
  if (original instanceof Date) return { $date: original.getTime() / 1000 };
  if (ArrayBuffer.isView(original)) return { $bytes: Buffer.from(original.buffer, original.byteOffset, original.byteLength).toString("base64") };
  return value;
}

function decode(_, value) {
  if (typeof value?.$date === "number") return new Date(value.$date * 1000);
  if (typeof value?.$bytes === "string") return withText(Buffer.from(value.$bytes, "base64"));
  if (typeof value?.$stream === "string") {
    const bytes = Buffer.from(value.$stream, "base64");
    return withText(Readable.from(bytes.length ? [bytes] : []), bytes);
  }
  return value;
}

function withText(target, bytes = target) {
  return Object.assign(target, {
    transformToByteArray: async () => new Uint8Array(bytes),
    transformToString: target === bytes ? (encoding) => bytes.toString(encoding) : async (encoding) => bytes.toString(encoding),
  });
}

module.exports = { install };
