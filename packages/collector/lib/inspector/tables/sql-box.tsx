// A box for read-only SQL.
import { useEffect, useState } from 'preact/hooks'
import { goWith } from '../data/address.js'
import type { SqlAnswer, Summary } from '../data/answers.js'
import { ask, AskError } from '../data/ask.js'
import { DataTable } from '../parts/data-table.js'
import { Notice } from '../parts/notice.js'
import { Snippet } from '../parts/snippet.js'

interface Properties {
  readonly sql: string | undefined
  readonly store: Summary['store'] | undefined
  readonly isEmpty: boolean
}

const EXAMPLE = 'select event, count(*) from tracks group by event order by 2 desc'

export function SqlBox({ sql, store, isEmpty }: Properties) {
  if (store === undefined) return null
  return (
    <>
      <h1>Tables</h1>
      <p class="muted">
        {isEmpty
          ? 'There are none yet: each message becomes rows when it arrives.'
          : 'What the messages became, as a warehouse would have it.'}
      </p>
      {store === 'memory' ? <NoSql /> : <Query sql={sql ?? ''} />}
    </>
  )
}

function NoSql() {
  return (
    <>
      <p>This collector keeps all in memory, which has no SQL. With a database there is:</p>
      <Snippet
        label="Command that starts a collector with a database"
        code={'npx @selfsame/collector --db events.db\n'}
      />
    </>
  )
}

interface Result {
  readonly answer?: SqlAnswer
  readonly error?: AskError
}

function Query({ sql }: { sql: string }) {
  const [text, setText] = useState(sql === '' ? EXAMPLE : sql)
  const [result, setResult] = useState<Result>({})
  const [isBusy, setBusy] = useState(false)
  const run = async (query: string) => {
    setBusy(true)
    try {
      const answer = await ask<SqlAnswer>('/_/sql', { method: 'POST', body: { sql: query } })
      setResult({ answer })
    } catch (error) {
      if (error instanceof AskError) setResult({ error })
    }
    setBusy(false)
  }
  // The address of a query shows its result.
  useEffect(() => {
    if (sql !== '') void run(sql)
  }, [sql])
  const submit = () => {
    if (text === sql) void run(text)
    else goWith({ sql: text })
  }
  return (
    <>
      <form
        class="sql"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <label for="sql">Read-only SQL</label>
        <textarea
          id="sql"
          rows={4}
          spellcheck={false}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
          }}
        />
        <button type="submit" class="button" disabled={isBusy}>
          Run <kbd>Ctrl Enter</kbd>
        </button>
      </form>
      <ResultView result={result} />
    </>
  )
}

function ResultView({ result: { answer, error } }: { result: Result }) {
  if (error !== undefined) return <Notice isError>{error.message}</Notice>
  if (answer === undefined) return null
  return (
    <>
      <p class="facts" role="status">
        <span>{answer.rows.length === 1 ? '1 row' : `${answer.rows.length} rows`}</span>
        {answer.isCut ? <span>there are more: a query gives at most 1,000</span> : null}
      </p>
      <DataTable label="Result" columns={answer.columns} rows={answer.rows} />
    </>
  )
}
