// Which values may stand in a file that people commit: none that could name a person or be a key.

import { looksLikeEmail } from '../../../spec/email.js'
import { bareName } from '../../../spec/reserved-traits.js'

/** Whatever is under such a name is somebody's (Segment spec: Identify, Traits), or a secret. */
const personal = new Set(
  [
    'address age anonymousid avatar birthday birthdate city description dob email emailaddress',
    'firstname fullname gender id ip ipaddress lastname login message mobile name note',
    'phone phonenumber photo postalcode query search state street surname text userid',
    'useragent username website zip zipcode',
    'apikey authorization cookie credential iban jwt key passphrase passwd password pin secret',
    'session sessionid sessiontoken ssn token accesstoken refreshtoken writekey',
  ].flatMap((names) => names.split(' ')),
)
const personalEnding = /(email|password|secret|token|phone|apikey|address|firstname|lastname)$/

/** How many messages have to have a value: what many have names nobody. */
export const leastShown = 3
export const longestShown = 40

export function isPersonalName(name: string): boolean {
  const bare = bareName(name)
  return personal.has(bare) || personalEnding.test(bare)
}

/** Whether a text could be an address, a number of somebody, an id or a key, by its form. */
export function looksPersonal(text: string): boolean {
  if (text.length > longestShown || text.includes('@') || looksLikeEmail(text)) return true
  const digits = text.replace(/\D/g, '').length
  // A telephone number, a card, an id, a date of birth.
  if (digits >= 6) return true
  if (/%40|:\/\/|\?.*=/.test(text)) return true
  return /[A-Za-z\d_-]{20,}/.test(text) || /(?=\w*\d)(?=\w*[a-f])\b[\da-f]{8,}\b/i.test(text)
}

/** Whether a key of an object or the name of an event is rather data: one of endlessly many. */
export function isData(name: string): boolean {
  return name === '' || name.includes('@') || name.length > 200 || hasId(name)
}

function hasId(name: string): boolean {
  return /\d{5,}|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}/i.test(name)
}
