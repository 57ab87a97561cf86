package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
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

  /**
   * The longest chain of successors that is followed, at two store calls for each. The live member
   * of a longer chain is found by its group.
   */
  private static final int MAX_LINKS = 8;

  private final TokenStore store;
  private final SubjectRecords unrevoked;
  private final Clock clock;
  private final TokenEvents events;

  TokenFamily(TokenStore store, Clock clock, TokenEvents events) {
    this.store = store;
    this.unrevoked = new SubjectRecords(store);
    this.clock = clock;
    this.events = events;
  }

  /**
   * Revokes a token, or the successor that has replaced it, and its children. The store decides
   * which member is live, since this call may race with a refresh.
   *
   * @return true if this call revoked a token; if false, no live member is left
   * @throws TokenStoreException if the store fails, or if a live member may be left
   */
  boolean revoke(TokenId first) {
    if (revokeMember(first)) {
      return true;
    }
    @Nullable TokenRecord member = store.find(first).orElse(null);
    for (int link = 0; link < MAX_LINKS && member != null; link++) {
      TokenId successor = successor(member);
      if (successor == null) {
        return false;
      }
      if (revokeMember(successor)) {
        return true;
      }
      TokenRecord next = store.find(successor).orElse(null);
      if (next == null) {
        break;
      }
      member = next;
    }
    return member != null && successor(member) != null && revokeGroup(member);
  }

  /**
   * Revokes a token that its rightful client presents. A token that was revoked before is rejected,
   * but only after the store has reported the revocation to all nodes again, because the client may
   * repeat a request whose answer was lost. An expired token is left to expire.
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

  /** Revokes the live record of a group: at most one is live, the last successor. */
  private boolean revokeGroup(TokenRecord member) {
    String group = member.group();
    if (group == null) {
      throw new TokenStoreException(
          "the chain of successors is too long and its records have no group", null, false);
    }
    return unrevoked.revokeAll(
        member.subject(),
        record -> Objects.equals(record.group(), group),
        record -> revokeMember(record.id()));
  }

  /**
   * Revokes one member. If it was revoked before, the store reports the revocation to all nodes
   * again.
   */
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
