package org.tokenfilter.service;

import java.util.Map;
import java.util.Set;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.memory.Interner;
import org.tokenfilter.store.TokenDetails;

/**
 * An interner of the details of cached tokens. Equal roles and equal attributes are kept once, and
 * so are equal details that say nothing else, as those of nearly all logins do. Thread-safe.
 */
final class DetailsInterner {

  private final Interner<Set<String>> roles = new Interner<>(HeapSize::of);
  private final Interner<Map<String, String>> attributes = new Interner<>(HeapSize::of);
  private final Interner<TokenDetails> common = new Interner<>(details -> HeapSize.DETAILS);

  /**
   * Returns whether details consist of roles and attributes only, so that many tokens share them.
   */
  static boolean isCommon(TokenDetails details) {
    return details.version() == 0
        && details.confirmation() == null
        && details.authenticatedAt() == null
        && details.acr() == null
        && details.origin() == null
        && details.label() == null
        && details.data().isEmpty();
  }

  /** Returns the heap size that details take in each token that has them, in bytes. */
  static long bytesPerToken(TokenDetails details) {
    return isCommon(details) ? 0 : HeapSize.ofUnshared(details);
  }

  /** Returns equal details of shared values. The caller must {@link #release} them. */
  TokenDetails acquire(TokenDetails details) {
    TokenDetails shared =
        with(details, roles.acquire(details.roles()), attributes.acquire(details.attributes()));
    return isCommon(shared) ? common.acquire(shared) : shared;
  }

  /** Releases acquired details. */
  void release(TokenDetails details) {
    if (isCommon(details)) {
      common.release(details);
    }
    roles.release(details.roles());
    attributes.release(details.attributes());
  }

  /** Returns equal details of the values that are shared already. */
  TokenDetails intern(TokenDetails details) {
    TokenDetails shared =
        with(details, roles.intern(details.roles()), attributes.intern(details.attributes()));
    return isCommon(shared) ? common.intern(shared) : shared;
  }

  private static TokenDetails with(
      TokenDetails details, Set<String> roles, Map<String, String> attributes) {
    return roles == details.roles() && attributes == details.attributes()
        ? details
        : details.toBuilder().roles(roles).attributes(attributes).build();
  }

  /** Returns the estimated heap of all shared values, in bytes. */
  long bytes() {
    return roles.bytes() + attributes.bytes() + common.bytes();
  }
}
