// Speaks the wire protocol of MongoDB: OP_MSG, and OP_QUERY for the first message of a connection. It stores nothing. It
// knows `hello`, `ping`, `endSessions` and `replSetStepDown`, and `become`, by which a test sets the state of the server.
// Usage: node mongodb.mjs <port> [<name of the replica set>]
import { createServer } from 'node:net';
import { BSON } from 'mongodb';

const [port, setName] = process.argv.slice(2);
const address = `127.0.0.1:${port}`;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;

/** `primary`, `secondary` or `recovering`. Only a member of a replica set can leave the first. */
let state = 'primary';

const hello = () => ({
  helloOk: true,
  ismaster: state === 'primary',
  isWritablePrimary: state === 'primary',
  ...(setName && {
    setName,
    setVersion: 1,
    hosts: [address],
    me: address,
    secondary: state === 'secondary',
    ...(state === 'primary' && { primary: address, electionId: new BSON.ObjectId('7fffffff0000000000000001') }),
  }),
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
  ok: 1,
});

const COMMANDS = {
  hello,
  ismaster: hello,
  isMaster: hello,
  ping: () => ({ ok: 1 }),
  endSessions: () => ({ ok: 1 }),
  become: ({ become }) => {
    state = become;
    return { ok: 1 };
  },
  replSetStepDown: () => {
    state = 'secondary';
    return { ok: 1 };
  },
};

function respond(command) {
  const [name] = Object.keys(command);
  const run = COMMANDS[name];
  return run ? run(command) : { ok: 0, errmsg: `no such command: '${name}'`, code: 59, codeName: 'CommandNotFound' };
}

/** The document of a request, and the function that frames its response. */
function read(message) {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  const frame = (code, prefix, document) => {
    const body = BSON.serialize(document);
    const header = Buffer.alloc(HEADER);
    header.writeInt32LE(HEADER + prefix.length + body.length, 0);
    header.writeInt32LE(requestId, 8);
    header.writeInt32LE(code, 12);
    return Buffer.concat([header, prefix, body]);
  };
  if (opCode === OP_MSG) {
    // Four bytes of flags, and the kind of the first section.
    return {
      command: BSON.deserialize(message.subarray(HEADER + 5)),
      frame: (reply) => frame(OP_MSG, Buffer.alloc(5), reply),
    };
  }
  if (opCode !== OP_QUERY) throw new Error(`the operation ${opCode} is not known`);
  // Four bytes of flags, the name of the collection with a zero, and two numbers.
  const query = message.subarray(message.indexOf(0, HEADER + 4) + 9);
  const prefix = Buffer.alloc(20);
  prefix.writeInt32LE(1, 16);
  return { command: BSON.deserialize(query), frame: (reply) => frame(OP_REPLY, prefix, reply) };
}

const server = createServer((socket) => {
  let bytes = Buffer.alloc(0);
  socket.setNoDelay(true).on('error', () => undefined);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= HEADER && bytes.length >= bytes.readInt32LE(0)) {
      const length = bytes.readInt32LE(0);
      const { command, frame } = read(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
      socket.write(frame(respond(command)));
    }
  });
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('the server is ready\n'));
