// The tables that the collector has of its own, beside those of the messages.

export const OWN_TABLES: ReadonlySet<string> = new Set([
  ...['messages', 'profiles', 'identifiers', 'accounts_of_profiles', 'profile_accounts', 'people'],
  ...['discards', 'operations', 'violations', 'id_graph_updates'],
  ...['external_id_mapping_updates', 'profile_traits_updates'],
])
