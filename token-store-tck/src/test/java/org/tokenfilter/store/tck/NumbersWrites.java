package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/**
 * A node whose revocations get their numbers when they are written, as those of a sequence or a
 * time stamp do. If a later one is committed first, a chain that has read it is past the other.
 */
final class NumbersWrites extends Node {

  /** The changes that all nodes share. */
  private record Log(AtomicLong last, NavigableMap<Long, Change> committed) {}

  private final Log log;
  private final Runnable beforeCommit;

  private NumbersWrites(TokenStore data, Log log, Runnable beforeCommit) {
    super(data);
    this.log = log;
    this.beforeCommit = beforeCommit;
  }

  static Defect.Nodes nodes(TokenStore data) {
    Log log = new Log(new AtomicLong(), new ConcurrentSkipListMap<>());
    TokenStore both = new NumbersWrites(data, log, Defect::yieldToOtherThreads);
    return new Defect.Nodes(both, both, pause -> new NumbersWrites(data, log, pause));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    // One number would do for a whole family, but each change has its own here.
    long first = log.last().getAndAdd(100) + 1;
    beforeCommit.run();
    List<TokenId> revoked = delegate().revoke(id, revocation);
    for (int number = 0; number < revoked.size(); number++) {
      Change change = Change.revoked(revoked.get(number), revocation.reason());
      log.committed().put(first + number, change);
    }
    return revoked;
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    if (cursor == null) {
      return new Changes(true, List.of(), "" + log.last().get(), false, Instant.EPOCH);
    }
    var after = log.committed().tailMap(Long.parseLong(cursor), false);
    String next = after.isEmpty() ? cursor : "" + after.lastKey();
    return new Changes(true, List.copyOf(after.values()), next, false, Instant.EPOCH);
  }
}
