// What a token's claims say of its user: the name, and the roles.

type Claims = Readonly<Record<string, unknown>>;

/**
 * A claim by its name. A dot leads into an object (`realm_access.roles`), unless the whole name is that
 * of a claim (`https://a.example/roles`).
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Claims)[part];
  }
  return value;
}

/** The user's name: a text, or a number such as a database gives. */
export function nameOf(claims: Claims, claim: string): string | undefined {
  const value = claimAt(claims, claim);
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** The user's roles: an array of texts, or words in one text, as `scope` has them [RFC 8693, 4.2]. */
export function rolesOf(claims: Claims, claim: string): readonly string[] {
  const value = claimAt(claims, claim);
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
