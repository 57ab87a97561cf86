package com.example.folderstore;

import static com.example.folderstore.RecordFolder.dueAt;

import com.example.folderstore.RecordFolder.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * Keeps each record as a file in a folder that any number of processes may share.
 *
 * <p>Good for reading how a store is written, and for a small site on one machine whose tokens are
 * to outlive a restart: a thousand records, some ten writes a second. It is not made to be fast:
 * one step at a time, and whatever looks for records reads them all, with renewals waiting. What
 * was acknowledged outlives a killed process; a power cut as far as the file system does.
 *
 * <p>The file system must lock files, move them atomically and show all nodes the same at once. A
 * local one does; one of a network must be mounted so that it does. Its clock is the store's own
 * (S12). Two applications of one server do not share a folder: each has this class, and with it the
 * turns that threads take, anew.
 */
public final class FolderTokenStore implements TokenStore {

  /** How far a node's clock may be ahead without its log-ins being missed. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  private final RecordFolder folder;

  /** Ends are told of for the retention; a call waits for its turn until the timeout. */
  public FolderTokenStore(Path folder, Duration retention, Duration timeout) {
    this.folder = new RecordFolder(folder, retention, timeout);
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    requireNotEnded(record);
    return folder.step(
        step -> {
          if (record.parent() != null && !mayHaveChildren(step, record.parent(), now)) {
            return Insertion.of(Insertion.Outcome.PARENT_ENDED);
          }
          List<TokenId> evicted = new ArrayList<>();
          if (!makeRoom(step, record, limit, now, evicted)) {
            step.rollBack();
            return Insertion.of(Insertion.Outcome.GROUP_FULL);
          }
          step.insert(record);
          return new Insertion(Insertion.Outcome.INSERTED, evicted);
        });
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return folder.find(id);
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return folder.step(
        step -> {
          Set<TokenId> missed = new HashSet<>();
          for (Renewal use : renewals) {
            Optional<TokenRecord> live = step.find(use.id()).filter(found -> found.liveAt(now));
            live.ifPresentOrElse(
                record -> step.put(record.renewed(use)), () -> missed.add(use.id()));
          }
          return missed;
        });
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    requireNotEnded(successor);
    return folder.step(
        step -> {
          Optional<TokenRecord> old = step.find(id).filter(record -> record.liveAt(now));
          if (old.isEmpty()) {
            return false;
          }
          if (successor.parent() != null || !Objects.equals(old.get().group(), successor.group())) {
            throw new IllegalArgumentException("a successor has the same group and no parent");
          }
          step.insert(successor);
          step.end(id, new Ending(now, Reason.REPLACED, successor.id()));
          return true;
        });
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return folder.step(step -> step.end(id, ending));
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    Instant issuedUntil = ending.at().plus(CLOCK_SKEW);
    return folder.step(
        step -> {
          List<TokenRecord> selected =
              step.all(
                  record ->
                      record.ending() == null
                          && record.subject().equals(selection.subject())
                          && !selection.except().contains(record.id())
                          && !record.issuedAt().isAfter(issuedUntil));
          List<TokenId> ended = new ArrayList<>();
          for (TokenRecord record : selected.stream().limit(limit).toList()) {
            ended.addAll(step.end(record.id(), ending));
          }
          return ended;
        });
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return folder.step(
        step -> {
          List<TokenRecord> older =
              step.all(
                  record ->
                      record.subject().equals(subject)
                          && record.liveAt(now)
                          && (after == null || Position.of(record).compareTo(after) < 0));
          Collections.reverse(older);
          return older.stream().limit(limit).toList();
        });
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return folder.step(step -> step.endedWithin(window, limit));
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return folder.step(
        step -> {
          List<TokenId> expired = new ArrayList<>();
          int deleted = 0;
          List<TokenRecord> due = step.due(expiredBefore, deadBefore);
          for (TokenRecord record : due.stream().limit(limit).toList()) {
            if (record.ending() == null) {
              expired.addAll(step.end(record.id(), Ending.of(Reason.EXPIRED, dueAt(record))));
            } else {
              step.delete(record.id());
              deleted++;
            }
          }
          return new Sweep(expired, deleted, due.size() > limit);
        });
  }

  /** Nothing is open between two calls. */
  @Override
  public void close() {}

  private static void requireNotEnded(TokenRecord record) {
    if (record.ending() != null) {
      throw new IllegalArgumentException("a new record has not ended");
    }
  }

  private static boolean mayHaveChildren(Step step, TokenId id, Instant now) {
    Optional<TokenRecord> parent = step.find(id);
    if (parent.isPresent() && parent.get().parent() != null) {
      throw new IllegalArgumentException("a record that has a parent is no parent");
    }
    return parent.isPresent() && parent.get().liveAt(now);
  }

  /** Ends the oldest of a record's group until there is room for it; false if there is none. */
  private static boolean makeRoom(
      Step step, TokenRecord record, Limit limit, Instant now, List<TokenId> evicted)
      throws IOException {
    String group = record.group();
    if (group == null || limit.equals(Limit.NONE)) {
      return true;
    }
    Predicate<TokenRecord> counts = other -> group.equals(other.group()) && other.liveAt(now);
    boolean evict = limit.policy() == Limit.Policy.EVICT_OLDEST;
    for (TokenRecord oldest : evict ? step.all(counts) : List.<TokenRecord>of()) {
      // Counted anew each time: the children of one that went may have been of this group, too.
      if (step.all(counts).size() >= limit.most()
          && !Objects.equals(oldest.id(), record.parent())) {
        evicted.addAll(step.end(oldest.id(), Ending.of(Reason.EVICTED, now)));
      }
    }
    return step.all(counts).size() < limit.most();
  }
}
