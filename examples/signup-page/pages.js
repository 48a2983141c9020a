// The two pages of the app, as HTML.

const page = (title, content) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title}</title>
    <script src="/analytics.js" defer></script>
  </head>
  <body>
    <h1>${title}</h1>
${content}
  </body>
</html>
`

export const homePage = page(
  'Try it',
  `    <button id="pricing">Pricing</button>
    <form action="/signup" method="post">
      <input name="email" type="email" placeholder="E-mail" required>
      <button>Sign up</button>
    </form>`,
)

export const welcomePage = page(
  'Welcome',
  `    <form id="logout" action="/logout" method="post">
      <button>Log out</button>
    </form>`,
)
