// What ends look like without the library.
const [end] = process.argv.slice(2)
if (end === 'throw') {
  setTimeout(() => {
    throw new TypeError('a bug of the app')
  }, 5)
}
if (end === 'reject') Promise.reject(new TypeError('a bug of the app'))
