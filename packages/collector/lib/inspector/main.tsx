// The page of the collector, in a browser.
import { render } from 'preact'
import { App } from './app.js'
import { followLinks } from './data/address.js'

const root = document.getElementById('page')
if (root !== null) {
  followLinks()
  render(<App />, root)
}
