package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.store.tck.StoreFixture.changed;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * S12: changes whose commit is held back. A later change may be read before them, so that a chain
 * which continues after that one would lose them.
 */
interface LateCommitClauses extends StoreUnderTest {

  /** Long enough for a write that waits for nothing; a store may also queue it up. */
  int MARKER_SECONDS = 2;

  @Test
  default void s12_revocationWithPausedCommitIsTold() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord closed = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(fixture.lasting().parent(closed.id()));

    List<Change> changes =
        changesAfterPause(store -> store.revoke(closed.id(), fixture.closedNow()), fixture, closed);

    // The answer that a record is revoked already acknowledges that revocation.
    assertThat(store().revoke(closed.id(), fixture.closedNow())).isEmpty();
    assertThat(ChangeChain.revoked(changes)).containsAll(ids(closed, child));
  }

  @Test
  default void s12_replacementWithPausedCommitIsTold() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord replaced = fixture.insert(fixture.lasting());
    TokenRecord successor = fixture.lasting().build();

    List<Change> changes =
        changesAfterPause(store -> fixture.replace(store, replaced, successor), fixture, replaced);

    assertThat(fixture.replace(store(), replaced, fixture.lasting().build())).isFalse();
    assertThat(ChangeChain.revoked(changes)).contains(replaced.id());
  }

  @Test
  default void s12_revocationOfManyWithPausedCommitIsTold() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    Selection all = Selection.ofSubject(fixture.subject);
    TokenRecord one = fixture.insert(fixture.lasting());

    List<Change> changes =
        changesAfterPause(store -> store.revokeAll(all, fixture.closedNow(), 9), fixture, one);

    assertThat(store().revokeAll(all, fixture.closedNow(), 9)).isEmpty();
    assertThat(ChangeChain.revoked(changes)).contains(one.id());
  }

  @Test
  default void s12_amendmentWithPausedCommitIsTold() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());
    TokenDetails details = changed(record);

    List<Change> changes =
        changesAfterPause(
            store -> store.amend(record.id(), 0, details, fixture.now()), fixture, record);

    assertThat(store().amend(record.id(), 0, changed(record), fixture.now()))
        .isEqualTo(AmendResult.STALE);
    assertThat(changes).contains(Change.amended(record.id(), details.version()));
  }

  /**
   * Holds back the commit of a write, makes and reads a later change, and releases the commit.
   * Returns the changes that are read once the write is visible.
   */
  private List<Change> changesAfterPause(
      Consumer<TokenStore> write, StoreFixture fixture, TokenRecord written) throws Exception {
    Optional<PausedCommits> given = pausedCommits();
    assumeTrue(given.isPresent(), "the store under test cannot pause commits");
    PausedCommits paused = given.orElseThrow();
    StoreFixture other = new StoreFixture(this);
    TokenRecord marker = other.insert(other.lasting());
    ChangeChain chain = new ChangeChain(otherNode());
    ExecutorService callers = Executors.newCachedThreadPool();
    try {
      callers.execute(() -> write.accept(paused.store()));
      paused.awaitPaused(1);
      assertThat(fixture.find(written))
          .as("the record, which is not changed yet")
          .isEqualTo(written);
      Future<Boolean> later = callers.submit(() -> isRevoked(marker, other));
      // If it is not, the store queues up its writes, so that the later one cannot be read before.
      if (isDoneSoon(later)) {
        assertThat(ChangeChain.revoked(chain.read())).contains(marker.id());
      } else {
        chain.read();
      }
      paused.release();
      later.get(1, TimeUnit.MINUTES);
      // Wait until the write is visible, since the answer to its caller is unspecified.
      awaitChange(written);
      return chain.read();
    } finally {
      paused.release();
      callers.shutdown();
      assertThat(callers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      paused.store().close();
    }
  }

  /** Revokes the record; returns false if the store is busy. */
  private boolean isRevoked(TokenRecord marker, StoreFixture fixture) {
    try {
      return store().revoke(marker.id(), fixture.closedNow()).contains(marker.id());
    } catch (TokenStoreException busy) {
      return false;
    }
  }

  private static boolean isDoneSoon(Future<Boolean> call) throws Exception {
    try {
      return call.get(MARKER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException waits) {
      return false;
    }
  }

  private void awaitChange(TokenRecord written) throws InterruptedException {
    for (int turn = 0; turn < 6_000; turn++) {
      if (!written.equals(store().find(written.id()).orElseThrow())) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    fail("a released commit is not visible after a minute");
  }
}
