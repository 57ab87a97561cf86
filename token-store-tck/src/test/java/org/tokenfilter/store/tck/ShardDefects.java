package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S20 and S21. */
final class ShardDefects {

  private ShardDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("s20", "answers an unreadable record as unknown", HidesUnreadable::new),
        Defect.of("s20", "fails as a whole for one unreadable record", FailsAsAWhole::new),
        Defect.of("s20", "finds at most 50 records", FindsFifty::new),
        Defect.of("s20", "finds no dead record among many", FindsLiveOfMany::new),
        Defect.of("s21", "has an id on a shard that is not there", ShardThatIsNotThere::new),
        Defect.of("s21", "tells half of the changes on no shard", TellsHalf::new),
        Defect.of("s21", "sweeps no shard", SweepsNoShard::new),
        Defect.of("s21", "keeps its shards in one place", TwoShards::new));
  }

  private static final class HidesUnreadable extends Node {

    HidesUnreadable(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      return FindResult.of(delegate().find(ids).records());
    }
  }

  private static final class FailsAsAWhole extends Node {

    FailsAsAWhole(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      FindResult found = delegate().find(ids);
      ids.forEach(found::get);
      return found;
    }
  }

  private static final class FindsFifty extends Node {

    FindsFifty(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      return delegate().find(ids.stream().limit(50).toList());
    }
  }

  private static final class FindsLiveOfMany extends Node {

    FindsLiveOfMany(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      FindResult found = delegate().find(ids);
      return ids.size() == 1
          ? found
          : FindResult.of(
              found.records().values().stream()
                  .filter(record -> record.revocation() == null)
                  .collect(Collectors.toMap(TokenRecord::id, record -> record)));
    }
  }

  private static final class ShardThatIsNotThere extends Node {

    ShardThatIsNotThere(TokenStore data) {
      super(data);
    }

    @Override
    public int shardOf(TokenId id) {
      return id.bytes()[0] & 1;
    }
  }

  /** A node that shows its data as two shards. */
  private static class TwoShards extends Node {

    TwoShards(TokenStore data) {
      super(data);
    }

    @Override
    public int shards() {
      return 2;
    }

    @Override
    public int shardOf(TokenId id) {
      return id.bytes()[0] & 1;
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Changes answer = delegate().changes(0, cursor, limit);
      List<Change> own =
          answer.changes().stream().filter(one -> shardOf(one.id()) == shard).toList();
      return new Changes(answer.known(), own, answer.cursor(), answer.more(), answer.storeTime());
    }
  }

  private static final class TellsHalf extends TwoShards {

    TellsHalf(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      return super.changes(0, cursor, limit);
    }
  }

  private static final class SweepsNoShard extends TwoShards {

    SweepsNoShard(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      return new SweepResult(List.of(), 0, false);
    }
  }
}
