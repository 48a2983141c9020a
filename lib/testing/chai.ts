// `selfsame/testing/chai`: a plugin for chai, `use(tracking)`.

import type { Id } from '../spec/messages.js'
import { matchers } from './matchers.js'
import type { MessageFilter, MessagePattern } from './message-filter.js'
import type { Expected, Link, Verdict } from './verdicts.js'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is how chai's own types are extended
  namespace Chai {
    interface Assertion {
      /**
       * An event was tracked: with these properties among others, and these other fields of the message.
       *
       * @example expect(analytics).to.have.tracked('Order Completed', { revenue: 9.5 }, { userId: 'u1' })
       */
      tracked(event?: string | RegExp, properties?: Expected, fields?: MessagePattern): Assertion
      /** A user was identified: with these traits among others, and these other fields of the message. */
      identified(userId?: Id | RegExp, traits?: Expected, fields?: MessagePattern): Assertion
      /** A message says that a visitor and a user are one person: it has both ids, or is an alias from one to the other. */
      linked(link: Link): Assertion
      /**
       * A message was sent that the filter means.
       *
       * @example expect(analytics).to.have.sent('type:page name:Pricing')
       */
      sent(filter: MessageFilter): Assertion
      /**
       * There is a message for each filter, each after the one before it; others may be between them.
       *
       * @example expect(analytics).to.have.sentInOrder('type:identify', 'event:"Signed Up"')
       */
      sentInOrder(...filters: MessageFilter[]): Assertion
    }
  }
}

/** What the plugin needs of chai, in each of its versions. */
interface ChaiLike {
  Assertion: {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as chai has it
    addMethod(name: string, method: (this: any, ...args: any[]) => void): void
  }
}

interface ChaiAssertion {
  _obj: unknown
  assert(pass: boolean, message: string, negatedMessage: string): void
}

/** `use(tracking)` adds `tracked`, `identified`, `linked`, `sent` and `sentInOrder` to chai's assertions. */
export function tracking({ Assertion }: ChaiLike): void {
  const add = (name: string, decide: (subject: unknown, ...args: never[]) => Verdict): void => {
    Assertion.addMethod(name, function (this: ChaiAssertion, ...args: unknown[]) {
      const { pass, message } = decide(this._obj, ...(args as never[]))
      // A text in braces after # would be replaced by chai.
      const text = message().replaceAll('#{', '# {')
      this.assert(pass, text, text)
    })
  }
  add('tracked', matchers.toHaveTracked)
  add('identified', matchers.toHaveIdentified)
  add('linked', matchers.toHaveLinked)
  add('sent', matchers.toHaveSent)
  add('sentInOrder', matchers.toHaveSentInOrder)
}
