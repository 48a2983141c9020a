// Guesses the meaning of columns from their names and values.

import { bareName } from '../../spec/reserved-traits.js'
import { valueOf, type CellType } from './cells.js'

/** A column of the first rows. */
export interface Column {
  readonly name: string
  /** The values that are not empty. */
  readonly values: readonly unknown[]
}

const userIds = ['userid', 'id', 'uid', 'uuid', 'customerid', 'memberid', 'accountid']
const anonymousIds = ['anonymousid', 'anonid', 'visitorid', 'deviceid']
const timestamps = [
  'timestamp',
  'createdat',
  'created',
  'signupdate',
  'signedupat',
  'registeredat',
  'registrationdate',
  'joinedat',
  'datejoined',
  'updatedat',
  'date',
  'time',
]

/** Reserved traits (Segment spec: Identify, Traits), and common names of columns for them. */
const columnNames: Record<string, string> = {
  address: 'address',
  'address.street': 'street',
  'address.city': 'city town',
  'address.state': 'state region',
  'address.postalCode': 'zip zipcode postcode postalcode',
  'address.country': 'country',
  age: 'age',
  avatar: 'avatar avatarurl photo picture',
  birthday: 'birthday birthdate dateofbirth dob',
  'company.name': 'company companyname organization',
  'company.industry': 'industry',
  createdAt: 'createdat created signupdate signedupat registeredat datejoined',
  description: 'description',
  email: 'email emailaddress mail',
  firstName: 'firstname fname givenname forename',
  gender: 'gender sex',
  lastName: 'lastname lname surname familyname',
  name: 'name fullname',
  phone: 'phone phonenumber mobile tel telephone',
  title: 'title jobtitle',
  username: 'username login',
  website: 'website homepage',
}

const traitOfColumn = new Map(
  Object.entries(columnNames).flatMap(([trait, names]) =>
    names.split(' ').map((name) => [name, trait] as const),
  ),
)

export function reservedTrait(column: string): string | undefined {
  return traitOfColumn.get(bareName(column))
}

export function userIdAmong(columns: readonly Column[]): Column | undefined {
  const isId = ({ values }: Column): boolean =>
    values.length > 0 && new Set(values.map(String)).size === values.length
  return named(columns, userIds, isId) ?? named(columns, userIds, () => true)
}

export function anonymousIdAmong(columns: readonly Column[]): Column | undefined {
  return named(columns, anonymousIds, () => true)
}

export function timestampAmong(columns: readonly Column[]): Column | undefined {
  // A few invalid values are tolerated.
  const isTime = (column: Column): boolean => {
    const dates = column.values.filter((value) => isReadable(String(value), 'date'))
    return dates.length > column.values.length / 2 || isEpoch(column)
  }
  return named(columns, timestamps, isTime) ?? columns.find((column) => typeOf(column) === 'date')
}

/** Whether the numbers of a column are epoch seconds between 1990 and 2050. */
export function areSeconds({ values }: Column): boolean {
  return values.length > 0 && values.every((value) => Number(value) > 6e8 && Number(value) < 2.6e9)
}

function isEpoch(column: Column): boolean {
  return (
    areSeconds(column) ||
    (column.values.length > 0 && column.values.every((value) => Number(value) > 6e11))
  )
}

/**
 * The type that all texts of a column have. A number that conversion would change (a leading zero, a plus) is a code, not
 * an amount, and stays text; so do 1 and 0.
 */
export function typeOf({ values }: Column): CellType {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length === 0 || texts.length < values.length) return 'text'
  const are = (type: CellType): boolean => texts.every((text) => isReadable(text, type))
  if (texts.every((text) => /[a-z]/i.test(text)) && are('boolean')) return 'boolean'
  if (texts.every((text) => String(Number(text)) === text && text.length <= 15)) return 'number'
  if (are('date')) return 'date'
  return texts.every((text) => /^\s*[{[]/.test(text)) && are('json') ? 'json' : 'text'
}

function isReadable(text: string, type: CellType): boolean {
  try {
    valueOf(text, type, 'text', '')
    return true
  } catch {
    return false
  }
}

function named(
  columns: readonly Column[],
  names: readonly string[],
  suits: (column: Column) => boolean,
): Column | undefined {
  for (const name of names) {
    const column = columns.find((each) => bareName(each.name) === name && suits(each))
    if (column) return column
  }
  return undefined
}
