package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/** A chain of questions for changes (S12), one for each shard. Not thread-safe. */
final class ChangeChain {

  /** A limit above the number of changes of any test. */
  static final int LARGE_LIMIT = 100_000;

  /** More pages than any test needs; a store that always has more is considered broken. */
  private static final int MAX_PAGES = 100_000;

  private final TokenStore node;
  private final List<String> cursors = new ArrayList<>();

  /** Begins a chain: later answers hold what is changed from now on. */
  ChangeChain(TokenStore node) {
    this.node = node;
    for (int shard = 0; shard < node.shards(); shard++) {
      Changes first = node.changes(shard, null, LARGE_LIMIT);
      assertThat(first.changes()).as("the answer to a question without a cursor").isEmpty();
      cursors.add(first.cursor());
    }
  }

  /** Returns the changes since the last question. */
  List<Change> read() {
    return read(LARGE_LIMIT);
  }

  /** Returns the changes since the last question, asked for in pages. */
  List<Change> read(int limit) {
    List<Change> changes = new ArrayList<>();
    for (int shard = 0; shard < cursors.size(); shard++) {
      boolean more = true;
      for (int page = 0; more; page++) {
        Changes answer = next(shard, limit);
        changes.addAll(answer.changes());
        more = answer.more();
        assertThat(page).as("the number of pages of shard %d", shard).isLessThan(MAX_PAGES);
      }
    }
    return changes;
  }

  /** Asks for the next page of a shard. */
  Changes next(int shard, int limit) {
    Changes answer = node.changes(shard, cursors.get(shard), limit);
    assertThat(answer.known()).as("the cursor of the answer before is known").isTrue();
    cursors.set(shard, answer.cursor());
    return answer;
  }

  /** Returns the ids of the changes that are revocations. */
  static List<TokenId> revoked(Collection<Change> changes) {
    return changes.stream().filter(change -> change.revoked() != null).map(Change::id).toList();
  }
}
