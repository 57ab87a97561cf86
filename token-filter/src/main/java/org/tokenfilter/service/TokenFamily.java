package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.TokenRejectedException;

/** A token and those that came of it by refreshes, of which one at most is live. */
final class TokenFamily {

  /** Two calls of the store each; of a longer chain the live member is found by its group. */
  private static final int MOST_LINKS = 8;

  private final TokenStore store;
  private final UnendedRecords unended;
  private final Clock clock;
  private final Listeners listeners;

  TokenFamily(TokenStore store, Clock clock, Listeners listeners) {
    this.store = store;
    this.unended = new UnendedRecords(store);
    this.clock = clock;
    this.listeners = listeners;
  }

  /**
   * Ends a token, or the one that has taken its place, and its children. The store decides which
   * one is live: this may race with a refresh of it.
   *
   * @return whether this call ended one; where it did not, none is left
   * @throws TokenStoreException also if one may be left
   */
  boolean close(TokenId first) {
    if (end(first)) {
      return true;
    }
    @Nullable TokenRecord member = store.find(first).orElse(null);
    for (int link = 0; link < MOST_LINKS && member != null; link++) {
      TokenId successor = successor(member);
      if (successor == null) {
        return false;
      }
      if (end(successor)) {
        return true;
      }
      TokenRecord next = store.find(successor).orElse(null);
      if (next == null) {
        break;
      }
      member = next;
    }
    return member != null && successor(member) != null && closeGroup(member);
  }

  /**
   * Ends a token that its rightful client presents. One that had ended before is refused, once the
   * store has made sure that all nodes hear of it: the client may ask because it was not told
   * before. One that has expired is left to expire.
   *
   * @throws TokenRejectedException if it was not live, nor replaced by one that was
   */
  void leave(TokenRecord presented, Instant now) throws TokenRejectedException {
    boolean refreshed = successor(presented) != null;
    if (refreshed || presented.ending() != null || presented.liveAt(now)) {
      close(presented.id());
    }
    if (!refreshed) {
      TokenJudge.requireLive(presented, now);
    }
  }

  /** No more than one of a group is live, and it is the last of those that were refreshed. */
  private boolean closeGroup(TokenRecord member) {
    String group = member.group();
    if (group == null) {
      throw new TokenStoreException("a family without a group is too long", null, false);
    }
    return unended.end(
        member.subject(),
        record -> Objects.equals(record.group(), group),
        record -> end(record.id()));
  }

  /** Also of one that has ended already: then the store makes sure that all nodes hear of it. */
  private boolean end(TokenId id) {
    List<TokenId> ended = store.end(id, Ending.of(Reason.CLOSED, clock.instant()));
    listeners.tellEnded(ended, Reason.CLOSED);
    return !ended.isEmpty();
  }

  private static @Nullable TokenId successor(TokenRecord record) {
    Ending ending = record.ending();
    return ending == null ? null : ending.successor();
  }
}
