package org.tokenfilter.service;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The amendments of records. An amendment that another one overtakes is made anew from what the
 * store has then, a bounded number of times. Thread-safe.
 */
final class Amender {

  /** The most tries of one amendment, each of which another amendment may overtake. */
  static final int MAX_TRIES = 8;

  private final CachingTokenStore store;
  private final Clock clock;
  private final SecureRandom random;

  /** The result of an amendment, with the record as it is afterwards, if it is live. */
  record Amended(AmendResult result, Optional<TokenRecord> record) {}

  Amender(CachingTokenStore store, Clock clock, SecureRandom random) {
    this.store = store;
    this.clock = clock;
    this.random = random;
  }

  /** Amends a record as it is in the store. */
  Amended amend(TokenId id, UnaryOperator<TokenDetails.Builder> change) {
    return store
        .read(id, clock.instant())
        .filter(record -> record.id().equals(id))
        .map(record -> amend(record, change))
        .orElse(ended());
  }

  /**
   * Amends a record. Details that the change leaves as they are are not written.
   *
   * @param read the record as the store had it a moment ago, not from memory
   * @param change the change; called again for each try
   */
  Amended amend(TokenRecord read, UnaryOperator<TokenDetails.Builder> change) {
    TokenRecord current = read;
    for (int i = 0; i < MAX_TRIES; i++) {
      TokenDetails before = current.details();
      if (current.liveAt(clock.instant())
          && change.apply(before.toBuilder()).build().equals(before)) {
        return new Amended(AmendResult.AMENDED, Optional.of(current));
      }
      Amended amended = amendOnce(current, change);
      if (amended.result() != AmendResult.STALE) {
        return amended;
      }
      Optional<TokenRecord> newer = store.read(current.id(), clock.instant());
      if (newer.isEmpty()) {
        return ended();
      }
      current = newer.get();
    }
    return new Amended(AmendResult.STALE, Optional.of(current));
  }

  /** Amends a record, unless another amendment came first. Writes in any case. */
  Amended amendOnce(TokenRecord read, UnaryOperator<TokenDetails.Builder> change) {
    TokenDetails before = read.details();
    if (!read.liveAt(clock.instant())) {
      return ended();
    }
    TokenDetails after = change.apply(before.amended(newVersion(before.version()))).build();
    AmendResult result = store.amend(read.id(), before.version(), after, clock.instant());
    return switch (result) {
      case AMENDED -> new Amended(result, Optional.of(read.amended(after)));
      case STALE -> new Amended(result, Optional.of(read));
      case ENDED -> ended();
    };
  }

  private static Amended ended() {
    return new Amended(AmendResult.ENDED, Optional.empty());
  }

  private long newVersion(long before) {
    long version;
    do {
      version = random.nextLong();
    } while (version == 0 || version == before);
    return version;
  }
}
