package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The operations on a token family: a token and all its successors by refreshes, of which at most
 * one is live.
 */
final class TokenFamily {

  /** The number of records that one call of the store revokes. */
  private static final int BATCH_SIZE = 1_000;

  /** The longest chain of successors that is read to learn that a family has ended. */
  private static final int MAX_LINKS = 8;

  private final TokenStore store;
  private final Clock clock;
  private final TokenEvents events;

  TokenFamily(TokenStore store, Clock clock, TokenEvents events) {
    this.store = store;
    this.clock = clock;
    this.events = events;
  }

  /**
   * Revokes a token, or the successor that has replaced it, and its children. The store decides
   * which member is live, since this call may race with a refresh. A family whose last member is
   * known to be revoked tells nothing about later tokens of its group, which stay as they are.
   *
   * @return true if this call revoked a token; if false, no live member is left
   * @throws TokenStoreException if the store fails, or if a live member may be left
   */
  boolean revoke(TokenId first) {
    if (revokeMember(first)) {
      return true;
    }
    TokenRecord member = store.find(first).orElse(null);
    TokenRecord last = member;
    for (int link = 0; link < MAX_LINKS && last != null; link++) {
      TokenId successor = successor(last);
      if (successor == null) {
        break;
      }
      last = store.find(successor).orElse(null);
    }
    boolean ended = last != null && last.revocation() != null && successor(last) == null;
    return member != null && !ended && revokeGroup(member);
  }

  /** Revokes the live record of a group in one call: at most one is live, the last successor. */
  private boolean revokeGroup(TokenRecord member) {
    String group = member.group();
    if (group == null) {
      throw new TokenStoreException(
          "a token has successors, but no group by which the live one can be found", null, false);
    }
    return revokeAll(Selection.ofGroup(member.subject(), group)) > 0;
  }

  /**
   * Revokes all records of a selection that exist at the time of the call, and possibly records
   * that are issued during it.
   *
   * @return the number of records that this call revoked
   */
  int revokeAll(Selection selection) {
    int count = 0;
    List<TokenId> ended;
    do {
      Revocation revocation = Revocation.of(RevocationReason.CLOSED, clock.instant());
      ended = store.revokeAll(selection, revocation, BATCH_SIZE);
      events.publishRevoked(ended, RevocationReason.CLOSED);
      count += ended.size();
    } while (ended.size() >= BATCH_SIZE);
    return count;
  }

  /**
   * Revokes a token that its rightful client presents. A token that was revoked before is rejected,
   * but only after the store has acknowledged the revocation, because the client may repeat a
   * request whose answer was lost. An expired token is left to expire.
   *
   * @throws TokenRejectedException if the token was not live and has no successor
   */
  void revokePresented(TokenRecord presented, Instant now) throws TokenRejectedException {
    boolean refreshed = successor(presented) != null;
    if (refreshed || presented.revocation() != null || presented.liveAt(now)) {
      revoke(presented.id());
    }
    if (!refreshed) {
      TokenValidator.requireLive(presented, now);
    }
  }

  /** Revokes one member. If it was revoked before, the store acknowledges that revocation (S12). */
  private boolean revokeMember(TokenId id) {
    List<TokenId> ended = store.revoke(id, Revocation.of(RevocationReason.CLOSED, clock.instant()));
    events.publishRevoked(ended, RevocationReason.CLOSED);
    return !ended.isEmpty();
  }

  private static @Nullable TokenId successor(TokenRecord record) {
    Revocation revocation = record.revocation();
    return revocation == null ? null : revocation.successor();
  }
}
