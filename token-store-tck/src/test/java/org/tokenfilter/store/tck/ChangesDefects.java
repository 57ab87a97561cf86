package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S12. */
final class ChangesDefects {

  private static final int ALL = 1_000_000;

  private ChangesDefects() {}

  static List<Defect> all() {
    return List.of(
        new Defect(
            "s12",
            "tells revocations by the callers' clocks",
            (data, clock) ->
                both(new TellsSome(data, (store, one) -> isRecent(store, one, clock)))),
        Defect.of("s12", "tells no children", data -> new TellsSome(data, ChangesDefects::noChild)),
        Defect.of(
            "s12",
            "forgets revocations of deleted records",
            data -> new TellsSome(data, (store, one) -> store.find(one.id()).isPresent())),
        Defect.of(
            "s12",
            "does not announce amendments",
            data -> new TellsSome(data, (store, one) -> one.revoked() != null)),
        Defect.of(
            "s12",
            "tells an amendment as an end",
            data ->
                new AltersChanges(
                    data,
                    one ->
                        one.revoked() == null
                            ? Change.revoked(one.id(), RevocationReason.CLOSED)
                            : one)),
        Defect.of(
            "s12",
            "tells an amendment without its version",
            data ->
                new AltersChanges(
                    data, one -> one.revoked() == null ? Change.amended(one.id(), 0) : one)),
        Defect.of(
            "s12",
            "tells the wrong reason",
            data ->
                new AltersChanges(
                    data,
                    one ->
                        one.revoked() == null
                            ? one
                            : Change.revoked(one.id(), RevocationReason.CLOSED))),
        new Defect(
            "s12_revocationWithPausedCommit",
            "numbers changes when it writes them, as by time",
            (data, clock) -> NumbersWrites.nodes(data)),
        new Defect(
            "s12_noChangeIsLost",
            "numbers changes when it writes them",
            (data, clock) -> NumbersWrites.nodes(data)),
        Defect.of("s12", "never has more", NeverHasMore::new),
        Defect.of(
            "s12_lastPage", "ends the pages with what the first one saw", EndsWithOldChanges::new),
        Defect.of("s12", "drops the rest beyond the limit", DropsTheRest::new),
        Defect.of("s12", "ignores the limit", IgnoresTheLimit::new),
        Defect.of("s12", "knows every cursor", KnowsEveryCursor::new),
        Defect.of("s12", "keeps the position itself", KeepsThePosition::new),
        Defect.of("s12", "tells the past to a first question", TellsThePast::new));
  }

  private static Defect.Nodes both(TokenStore node) {
    return new Defect.Nodes(node, node);
  }

  private static boolean isRecent(TokenStore store, Change change, Clock clock) {
    Instant from = clock.instant().minusSeconds(60);
    Revocation revocation = store.find(change.id()).map(TokenRecord::revocation).orElse(null);
    return revocation == null || !revocation.at().isBefore(from);
  }

  private static boolean noChild(TokenStore store, Change change) {
    Optional<TokenRecord> found = store.find(change.id());
    return found.isEmpty() || found.get().parent() == null;
  }

  private static Changes with(Changes answer, List<Change> changes) {
    return new Changes(answer.known(), changes, answer.cursor(), answer.more(), answer.storeTime());
  }

  private static final class TellsSome extends Node {

    private final BiPredicate<TokenStore, Change> told;

    TellsSome(TokenStore data, BiPredicate<TokenStore, Change> told) {
      super(data);
      this.told = told;
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor, limit);
      return with(
          answer, answer.changes().stream().filter(one -> told.test(delegate(), one)).toList());
    }
  }

  private static final class AltersChanges extends Node {

    private final UnaryOperator<Change> alteration;

    AltersChanges(TokenStore data, UnaryOperator<Change> alteration) {
      super(data);
      this.alteration = alteration;
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor, limit);
      return with(answer, answer.changes().stream().map(alteration).toList());
    }
  }

  private static final class NeverHasMore extends Node {

    NeverHasMore(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor, limit);
      return new Changes(
          answer.known(), answer.changes(), answer.cursor(), false, answer.storeTime());
    }
  }

  private static final class DropsTheRest extends Node {

    DropsTheRest(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor, ALL);
      return with(answer, answer.changes().stream().limit(limit).toList());
    }
  }

  private static final class EndsWithOldChanges extends Node {

    private final Map<String, Changes> rests = new ConcurrentHashMap<>();

    EndsWithOldChanges(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes rest = cursor == null ? null : rests.get(cursor);
      Changes all = rest == null ? delegate().changes(shard, cursor, ALL) : rest;
      int size = all.changes().size();
      if (size <= limit) {
        return all;
      }
      String next = "rest " + rests.size();
      rests.put(next, with(all, all.changes().subList(limit, size)));
      return new Changes(all.known(), all.changes().subList(0, limit), next, true, all.storeTime());
    }
  }

  private static final class IgnoresTheLimit extends Node {

    IgnoresTheLimit(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      return delegate().changes(shard, cursor, ALL);
    }
  }

  private static final class KnowsEveryCursor extends Node {

    KnowsEveryCursor(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor, limit);
      return new Changes(
          true, answer.changes(), answer.cursor(), answer.more(), answer.storeTime());
    }
  }

  private static final class KeepsThePosition extends Node {

    private final Map<Integer, String> cursors = new ConcurrentHashMap<>();

    KeepsThePosition(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(shard, cursor == null ? null : cursors.get(shard), limit);
      cursors.put(shard, answer.cursor());
      return answer;
    }
  }

  private static final class TellsThePast extends Node {

    private final String beginning;

    TellsThePast(TokenStore data) {
      super(data);
      beginning = data.changes(0, null, 1).cursor();
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      return delegate().changes(shard, cursor == null ? beginning : cursor, limit);
    }
  }
}
