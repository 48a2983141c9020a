// Whom the message was counted to, step by step, and what was left out on the way.
import { addressOf } from '../data/address.js'
import type { Cell, MessageDetail, Step } from '../data/answers.js'
import { IdentifierText } from '../parts/identifier.js'
import { shownValue } from '../parts/shown.js'

export function ResolutionTab({ message: { steps } }: { message: MessageDetail }) {
  return (
    <ol class="steps">
      {steps.map((step, place) => (
        <li key={place} class={step.kind}>
          <StepText step={step} />
        </li>
      ))}
    </ol>
  )
}

function StepText({ step }: { step: Step }) {
  const identifier = (
    <IdentifierText type={String(step.type ?? '')} value={String(step.value ?? '')} />
  )
  switch (step.kind) {
    case 'promoted':
      return <>It has {identifier}.</>
    case 'dropped':
      return (
        <>
          {identifier} was left out: {step.reason ?? step.rule}.{' '}
          {typeof step.conflictingProfileId === 'string' ? (
            <Person id={step.conflictingProfileId} text="That other person" />
          ) : null}
          <Rule name={step.rule} />
        </>
      )
    case 'violated':
      return (
        <>
          Nothing was left that identifies anybody. <Rule name={step.rule} />
        </>
      )
    case 'created':
      return (
        <>
          Nobody had it: <Person id={step.profileId} text="a person" /> began with this message.
        </>
      )
    case 'merged':
      return (
        <>
          Two people became one: <Person id={step.from} text="the younger" /> is counted to{' '}
          <Person id={step.into} text="the older" /> from now on.
        </>
      )
    case 'added':
      return <>{identifier} was new, and was added.</>
    case 'traits':
      return (
        <>
          These traits changed: <code>{shownValue(step.traits, 2000)}</code>
        </>
      )
    case 'resolved':
      return typeof step.profileId === 'string' ? (
        <>
          It is counted to <Person id={step.profileId} text="this person" />.
        </>
      ) : (
        <>It is counted to nobody.</>
      )
  }
}

function Person({ id, text }: { id: Cell | undefined; text: string }) {
  return <a href={addressOf(['people', String(id)])}>{text}</a>
}

function Rule({ name }: { name: Cell | undefined }) {
  return <span class="rule">Rule: {shownValue(name)}</span>
}
