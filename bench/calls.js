// What every contestant is asked to send: a purchase, about 400 bytes of JSON once it is a message.

const event = 'Order Completed'

/** The fields of a track call; `n` tells the sink which of all the calls it is. */
function properties(n) {
  return {
    n,
    order_id: `order-${n}`,
    total: 27.5,
    currency: 'EUR',
    coupon: 'SUMMER',
    product_id: '507f1f77bcf86cd799439011',
    url: 'https://shop.example.com/checkout/thank-you',
  }
}

/** A call object for clients of the Segment kind. */
export function trackCall(n) {
  return { userId: `user-${n % 1000}`, event, properties: properties(n) }
}

/** The same call for posthog-node. */
export function captureCall(n) {
  return { distinctId: `user-${n % 1000}`, event, properties: properties(n) }
}

const context = { library: { name: 'selfsame', version: '0.1.0' } }

/** The message that the call becomes, with nothing left to do but to write it. */
export function shapedMessage(n) {
  return {
    type: 'track',
    userId: `user-${n % 1000}`,
    event,
    properties: properties(n),
    context,
    messageId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    timestamp: '2026-01-01T00:00:00.000Z',
  }
}
