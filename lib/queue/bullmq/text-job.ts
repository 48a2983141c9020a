// A job whose data is JSON text already: BullMQ need not write it, nor fail to read it if it is damaged.

import { Job, type JobJson } from 'bullmq'

export class TextJob extends Job<unknown> {
  static override fromJSON<Data, Result, Name extends string>(
    ...[queue, json, id]: Parameters<typeof Job.fromJSON>
  ): Job<Data, Result, Name> {
    const job = super.fromJSON<Data, Result, Name>(queue, { ...json, data: '{}' }, id)
    job.data = json.data as Data
    return job
  }

  override asJSON(): JobJson {
    const { data } = this
    this.data = ''
    const json = super.asJSON()
    this.data = data
    return { ...json, data: data as string }
  }
}
