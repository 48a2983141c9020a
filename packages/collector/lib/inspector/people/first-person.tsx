// What to do while there is nobody.
import { Snippet } from '../parts/snippet.js'

export function FirstPerson() {
  const { origin } = window.location
  return (
    <div class="empty">
      <h2>Nobody is here yet</h2>
      <p>
        A visitor looks at a page; then signs up. The second message has both ids, and makes one
        person of the visitor and the user:
      </p>
      <Snippet
        label="Commands that make a person"
        code={`curl -u test: ${origin}/v1/page -H 'content-type: application/json' \\
  -d '{"anonymousId":"visitor-1","name":"Pricing"}'
curl -u test: ${origin}/v1/identify -H 'content-type: application/json' \\
  -d '{"anonymousId":"visitor-1","userId":"u1","traits":{"email":"jane@example.com"}}'
`}
      />
    </div>
  )
}
