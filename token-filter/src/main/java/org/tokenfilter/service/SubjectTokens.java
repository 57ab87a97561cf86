package org.tokenfilter.service;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** All tokens and sessions of one subject. */
final class SubjectTokens {

  /** How many records one step of the store ends or lists. */
  private static final int BATCH = 1_000;

  private final TokenStore store;
  private final Clock clock;
  private final Listeners listeners;
  private final TokenFamily family;

  SubjectTokens(TokenStore store, Clock clock, Listeners listeners, TokenFamily family) {
    this.store = store;
    this.clock = clock;
    this.listeners = listeners;
    this.family = family;
  }

  List<TokenRecord> list(String subject, @Nullable Position after, int limit) {
    List<TokenRecord> page = store.list(subject, clock.instant(), after, limit);
    // One that compares names otherwise than we do would show somebody another one's tokens.
    if (!page.stream().allMatch(record -> record.subject().equals(subject))) {
      throw new TokenStoreException("the store listed another subject's record", null, false);
    }
    return page;
  }

  boolean close(String subject, TokenId id) {
    Optional<TokenRecord> own =
        store.find(id).filter(record -> record.id().equals(id) && record.subject().equals(subject));
    if (own.isPresent()) {
      family.close(id);
    }
    return own.isPresent();
  }

  int endOthers(TokenRecord current) {
    Set<TokenId> family = new HashSet<>(Set.of(current.id()));
    TokenId parent = current.parent();
    if (parent != null) {
      family.add(parent);
    }
    @Nullable Position after = null;
    List<TokenRecord> page;
    do {
      page = list(current.subject(), after, BATCH);
      for (TokenRecord record : page) {
        after = Position.of(record);
        if (Objects.equals(record.parent(), current.id())) {
          family.add(record.id());
        }
      }
    } while (page.size() == BATCH);
    return endAll(current.subject(), family);
  }

  int endAll(String subject, Set<TokenId> except) {
    Ending ending = Ending.of(Reason.CLOSED, clock.instant());
    Selection selection = new Selection(subject, except);
    int count = 0;
    List<TokenId> ended;
    do {
      ended = store.endAll(selection, ending, BATCH);
      listeners.tellEnded(ended, Reason.CLOSED);
      count += ended.size();
      // Until nothing is left: a refresh beside the last step may have put a successor there.
    } while (!ended.isEmpty());
    return count;
  }
}
