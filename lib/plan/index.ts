// `selfsame/plan`: which events, pages, screens and traits there are, checked by the compiler and at run time.

export { checkMessage } from './check-message.js'
export { definePlan } from './define-plan.js'
export { typed } from './typed.js'
export { jsonSchema, type JsonSchemaSchema } from './json-schema.js'
export { isPlan } from './is-plan.js'
export type { AnySchema, Plan, PlanDefinition, Schemas } from './plan.js'
export type { JsonSchema, JsonType, TypeOfJsonSchema } from './json-schema-types.js'
export type { StandardSchema } from './standard-schema.js'
export type {
  AnyPlan,
  EventName,
  MaybePlan,
  PageName,
  PlannedGroup,
  PlannedGroupTraits,
  PlannedIdentify,
  PlannedPage,
  PlannedScreen,
  PlannedTrack,
  PlannedTraits,
  PlanTypes,
  ScreenName,
} from '../spec/planned-calls.js'
export type { MessageViolations, Violation } from '../spec/violation.js'
