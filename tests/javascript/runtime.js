// What jsii's launcher does for its program, in the program's own process.
const fs = require('node:fs');
const path = require('node:path');
const { Writable } = require('node:stream');

// The program reads requests from descriptor 3 and writes responses to it.
const [MESSAGES, STDIN, STDOUT, STDERR] = [3, 0, 1, 2];
const { readSync, writeSync } = fs;
fs.readSync = (fd, ...rest) => readSync(fd === MESSAGES ? STDIN : fd, ...rest);
fs.writeSync = (fd, ...rest) => writeSync(fd === MESSAGES ? STDOUT : fd, ...rest);

// What the CDK prints goes to Python as a line of JSON.
for (const name of ['stdout', 'stderr']) {
  const write = (chunk, encoding, done) => {
    writeSync(STDERR, `${JSON.stringify({ [name]: Buffer.from(chunk, encoding).toString('base64') })}\n`);
    done();
  };
  Object.defineProperty(process, name, { value: new Writable({ write, decodeStrings: false }) });
}

const [, , launcher] = process.argv;
require(path.join(path.dirname(launcher), '..', 'lib', 'program.js'));
