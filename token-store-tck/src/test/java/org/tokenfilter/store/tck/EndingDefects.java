package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S8 to S10. */
final class EndingDefects {

  private static final int ALL = 1_000;

  private EndingDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s08_oneOfManyRevocationsWins",
            "checks, then revokes: two callers win",
            LooksThenEnds::new),
        Defect.of("s08", "reports an earlier revocation again", AnswersTwice::new),
        Defect.of("s08", "lets the last revocation win", LastEndWins::new),
        Defect.of("s08", "does not revoke expired records", EndsTheLiveAlone::new),
        Defect.of("s09", "forgets children", ForgetsTheChildren::new),
        Defect.of("s10", "revokes excepted records", SparesNone::new),
        Defect.of("s10", "misses records of a node whose clock is ahead", MissesWhoIsAhead::new),
        Defect.of("s10", "revokes younger records", EndsTheYounger::new),
        Defect.of("s10", "revokes more than the limit", EndsMore::new));
  }

  private static final class LooksThenEnds extends Node {

    LooksThenEnds(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      boolean ended = data().find(id).filter(one -> one.revocation() == null).isEmpty();
      Defect.otherThreadsGoOn();
      List<TokenId> ids = data().revoke(id, revocation);
      return ended || !ids.isEmpty() ? ids : List.of(id);
    }
  }

  private static final class AnswersTwice extends Node {

    AnswersTwice(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      List<TokenId> ended = data().revoke(id, revocation);
      return ended.isEmpty() && data().find(id).isPresent() ? List.of(id) : ended;
    }
  }

  private static final class LastEndWins extends Node {

    private final Map<TokenId, Revocation> last = new ConcurrentHashMap<>();

    LastEndWins(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      last.put(id, revocation);
      return data().revoke(id, revocation);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      Revocation revocation = last.get(id);
      return data()
          .find(id)
          .map(one -> revocation == null ? one : one.toBuilder().revocation(revocation).build());
    }
  }

  private static final class EndsTheLiveAlone extends Node {

    EndsTheLiveAlone(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      return data().find(id).filter(one -> one.expiredAt(revocation.at())).isPresent()
          ? List.of()
          : data().revoke(id, revocation);
    }
  }

  private static final class ForgetsTheChildren extends Altering {

    ForgetsTheChildren(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      List<TokenId> ended = data().revoke(id, revocation);
      ended.stream()
          .skip(1)
          .map(child -> data().find(child).orElseThrow())
          .forEach(child -> alter(child.toBuilder().revocation(null).build()));
      return ended.stream().limit(1).toList();
    }
  }

  private static final class SparesNone extends Node {

    SparesNone(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return data().revokeAll(new Selection(selection.subject(), Set.of()), revocation, limit);
    }
  }

  private static final class MissesWhoIsAhead extends Node {

    MissesWhoIsAhead(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      Set<TokenId> except = new HashSet<>(selection.except());
      data().list(selection.subject(), Instant.EPOCH, null, ALL).stream()
          .filter(one -> one.issuedAt().isAfter(revocation.at()))
          .forEach(one -> except.add(one.id()));
      return data().revokeAll(new Selection(selection.subject(), except), revocation, limit);
    }
  }

  private static final class EndsTheYounger extends Node {

    EndsTheYounger(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return data().list(selection.subject(), Instant.EPOCH, null, ALL).stream()
          .map(TokenRecord::id)
          .filter(id -> !selection.except().contains(id))
          .limit(limit)
          .flatMap(id -> data().revoke(id, revocation).stream())
          .toList();
    }
  }

  private static final class EndsMore extends Node {

    EndsMore(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return data().revokeAll(selection, revocation, limit + 1);
    }
  }
}
