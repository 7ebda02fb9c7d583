// Runs a Node.js function: polls the Runtime API for invocations, on the sandbox's clock.
//
// Arguments: the handler, the file that holds the clock's offset, and the folder of botocore's service models.
// Source of the protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { format } = require("node:util");

const [handlerName, offsetFile, modelsFolder] = process.argv.slice(2);
const RESPONSE_PATH = "/cloudformation-custom-resource-response-";
const RUNTIME = "/2018-06-01/runtime";
const agent = new http.Agent({ keepAlive: true });
const RealDate = Date;

/** Make `Date` the sandbox's clock: real time plus an offset that is set before each invocation. */
function followClock() {
  const file = fs.openSync(offsetFile, "r");
  const offset = Buffer.alloc(8);
  const now = () => {
    fs.readSync(file, offset, 0, 8, 0);
    return RealDate.now() + Math.round(offset.readDoubleLE() * 1000);
  };
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args) => Reflect.construct(target, args.length ? args : [now()]),
    get: (target, name) => (name === "now" ? now : target[name]),
  });
}

/**
 * Send what is PUT to a custom resource's ResponseURL by HTTP. On AWS the URL is an HTTPS one, and many handlers take
 * only its host and path.
 */
function respondOverHttp() {
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
  const request = https.request;
  https.request = (options, ...rest) => {
    const isResponse =
      options.hostname === endpoint.hostname && String(options.path ?? options.pathname).startsWith(RESPONSE_PATH);
    if (!isResponse) return request(options, ...rest);
    const { agent: _agent, ...others } = options;
    return http.request({ ...others, protocol: "http:", port: endpoint.port }, ...rest);
  };
}

/** Write each line as Lambda does: time, request and level before the text. */
function logAsLambda() {
  for (const [method, level] of [["log", "INFO"], ["info", "INFO"], ["warn", "WARN"], ["error", "ERROR"], ["debug", "DEBUG"]]) {
    console[method] = (...values) => {
      const text = format(...values).replaceAll("\n", "\r");
      process.stdout.write(`${new Date().toISOString()}\t${currentRequest}\t${level}\t${text}\n`);
    };
  }
}

let currentRequest = "undefined";

/** Send a request to the Runtime API; the process ends with the sandbox. */
function send(method, target, body) {
  const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
  return new Promise((resolve) => {
    const request = http.request({ hostname, port, method, path: target, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", () => process.exit(0));
    request.end(body);
  });
}

async function loadHandler() {
  const root = process.env.LAMBDA_TASK_ROOT;
  const dot = handlerName.lastIndexOf(".");
  const [moduleName, exported] = [handlerName.slice(0, dot), handlerName.slice(dot + 1)];
  const file = ["", ".js", ".mjs", ".cjs"].map((end) => path.join(root, moduleName + end)).find(isFile);
  if (!file) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${moduleName}'`);
  const handler = (isEsModule(file) ? await import(pathToFileURL(file)) : require(file))[exported];
  if (typeof handler !== "function") {
    throw named("Runtime.HandlerNotFound", `${handlerName} is undefined or not exported`);
  }
  return handler;
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isEsModule(file) {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  const description = path.join(process.env.LAMBDA_TASK_ROOT, "package.json");
  return isFile(description) && JSON.parse(fs.readFileSync(description)).type === "module";
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

/** Call a handler in either form: one that returns a promise, or one that takes a callback. */
function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === "function") returned.then(resolve, reject);
    else if (handler.length < 3) resolve(null);
  });
}

function errorDocument(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError ? String(error.stack).split("\n") : [],
  });
}

async function main() {
  // Only the sandbox holds the other end: without it there is nothing to do.
  process.stdin.on("end", () => process.exit(0)).resume();
  followClock();
  respondOverHttp();
  logAsLambda();
  require("./aws_sdk.js").install(modelsFolder, send);
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    console.error(error);
    await send("POST", `${RUNTIME}/init/error`, errorDocument(error));
    process.exit(1);
  }
  for (;;) {
    const next = await send("GET", `${RUNTIME}/invocation/next`);
    const context = contextOf(next.headers);
    currentRequest = context.awsRequestId;
    const invocation = `${RUNTIME}/invocation/${currentRequest}`;
    try {
      const result = await invoke(handler, JSON.parse(next.body), context);
      await send("POST", `${invocation}/response`, JSON.stringify(result ?? null));
    } catch (error) {
      console.error("Invoke Error", error);
      await send("POST", `${invocation}/error`, errorDocument(error));
    }
  }
}

main();
