package org.tokenfilter.service;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The operations on all tokens and sessions of one subject. */
final class SubjectTokens {

  private final TokenStore store;
  private final Clock clock;
  private final TokenFamily family;

  SubjectTokens(TokenStore store, Clock clock, TokenFamily family) {
    this.store = store;
    this.clock = clock;
    this.family = family;
  }

  List<TokenRecord> list(String subject, @Nullable PageCursor after, int limit) {
    return SubjectRecords.page(store, subject, clock.instant(), after, limit);
  }

  boolean revoke(String subject, TokenId id) {
    Optional<TokenRecord> own =
        store.find(id).filter(record -> record.id().equals(id) && record.subject().equals(subject));
    if (own.isPresent()) {
      family.revoke(id);
    }
    return own.isPresent();
  }

  int revokeOthers(TokenRecord current) {
    Set<TokenId> family = new HashSet<>(Set.of(current.id()));
    TokenId parent = current.parent();
    if (parent != null) {
      family.add(parent);
    }
    SubjectRecords.forEachLive(
        store,
        current.subject(),
        clock,
        record -> {
          if (Objects.equals(record.parent(), current.id())) {
            family.add(record.id());
          }
        });
    return revokeAll(current.subject(), family);
  }

  /**
   * Revokes all records that exist at the time of the call, and possibly records that are issued
   * during it.
   *
   * @param except the ids of the records to keep
   * @return the number of records that this call revoked
   */
  int revokeAll(String subject, Set<TokenId> except) {
    return family.revokeAll(Selection.ofSubject(subject).except(except));
  }
}
