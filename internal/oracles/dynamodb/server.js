// Serves DynamoDB's API from memory on loopback, says its address on standard output, and ends when standard input does,
// so that it dies with the test that started it. node_modules stands in the folder that the argument names.
'use strict'
const { createRequire } = require('node:module')
const path = require('node:path')

const dynalite = createRequire(path.resolve(process.argv[2], 'server.js'))('dynalite')
const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 })
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
process.stdin.on('end', () => process.exit(0)).resume()
