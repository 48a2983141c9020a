// Copies of what a store keeps: what is given out is the caller's to change.
import type { Account, Profile } from '../profiles/profile.js'

/** Mappings and traits are never changed, only exchanged. */
export function copyProfile(profile: Profile): Profile {
  return {
    ...profile,
    mappings: [...profile.mappings],
    traits: new Map(profile.traits),
    merged: [...profile.merged],
    apart: [...profile.apart],
  }
}

export function copyAccount(account: Account): Account {
  return { ...account, traits: new Map(account.traits) }
}
