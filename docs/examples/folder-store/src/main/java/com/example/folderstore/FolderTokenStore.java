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
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A token store that keeps each record as a file, in a folder shared by any number of processes.
 *
 * <p>It is an example of how to write a store. It also suits a small site on one machine whose
 * tokens must survive a restart, with about a thousand records and ten writes per second. It is not
 * fast: steps run one at a time, and each search reads all records while renewals wait.
 * Acknowledged writes survive a killed process, and a power failure as far as the file system does.
 *
 * <p>The file system must support file locks and atomic moves, and show changes to all nodes at
 * once. Local file systems do; a network file system must be mounted accordingly. The file system's
 * clock is the store's own clock (S12). Two applications of one server must not share a folder,
 * since each loads its own copy of this class and of its locks between threads.
 */
public final class FolderTokenStore implements TokenStore {

  /** The lead of a node's clock up to which revokeAll finds its logins. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  private final RecordFolder folder;

  /**
   * Creates a store in a folder, which is created if necessary.
   *
   * @param folder the folder
   * @param retention the time for which revocations are reported (S12)
   * @param timeout the maximum time for which a call waits for other calls
   */
  public FolderTokenStore(Path folder, Duration retention, Duration timeout) {
    this.folder = new RecordFolder(folder, retention, timeout);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    requireNotEnded(record);
    return folder.run(
        step -> {
          if (record.parent() != null && !mayHaveChildren(step, record.parent(), now)) {
            return InsertResult.of(InsertResult.Outcome.PARENT_ENDED);
          }
          List<TokenId> evicted = new ArrayList<>();
          if (!makeRoom(step, record, limit, now, evicted)) {
            step.rollBack();
            return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
          }
          step.insert(record);
          return new InsertResult(InsertResult.Outcome.INSERTED, evicted);
        });
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return folder.find(id);
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return folder.run(
        step -> {
          Set<TokenId> missed = new HashSet<>();
          for (Renewal use : renewals) {
            Optional<TokenRecord> live = step.find(use.id()).filter(record -> record.liveAt(now));
            live.ifPresentOrElse(found -> step.put(found.renewed(use)), () -> missed.add(use.id()));
          }
          return missed;
        });
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    requireNotEnded(successor);
    return folder.run(
        step -> {
          Optional<TokenRecord> old = step.find(id).filter(record -> record.liveAt(now));
          if (old.isEmpty()) {
            return false;
          }
          if (successor.parent() != null || !Objects.equals(old.get().group(), successor.group())) {
            throw new IllegalArgumentException("successor must have the same group and no parent");
          }
          step.insert(successor);
          step.revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
          return true;
        });
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return folder.run(step -> step.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    Instant issuedUntil = revocation.at().plus(CLOCK_SKEW);
    return folder.run(
        step -> {
          List<TokenRecord> selected =
              step.all(
                  record ->
                      record.revocation() == null
                          && record.subject().equals(selection.subject())
                          && !selection.except().contains(record.id())
                          && !record.issuedAt().isAfter(issuedUntil));
          List<TokenId> ended = new ArrayList<>();
          for (TokenRecord record : selected.stream().limit(limit).toList()) {
            ended.addAll(step.revoke(record.id(), revocation));
          }
          return ended;
        });
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return folder.run(
        step -> {
          List<TokenRecord> older =
              step.all(
                  record ->
                      record.subject().equals(subject)
                          && record.liveAt(now)
                          && (after == null || PageCursor.of(record).compareTo(after) < 0));
          Collections.reverse(older);
          return older.stream().limit(limit).toList();
        });
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return folder.run(step -> step.revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return folder.run(
        step -> {
          List<TokenId> expired = new ArrayList<>();
          int deleted = 0;
          List<TokenRecord> due = step.due(expiredBefore, deadBefore);
          for (TokenRecord record : due.stream().limit(limit).toList()) {
            if (record.revocation() == null) {
              expired.addAll(
                  step.revoke(record.id(), Revocation.of(RevocationReason.EXPIRED, dueAt(record))));
            } else {
              step.delete(record.id());
              deleted++;
            }
          }
          return new SweepResult(expired, deleted, due.size() > limit);
        });
  }

  /** Does nothing, since no resource is open between calls. */
  @Override
  public void close() {}

  private static void requireNotEnded(TokenRecord record) {
    if (record.revocation() != null) {
      throw new IllegalArgumentException("a new record must not be revoked already");
    }
  }

  private static boolean mayHaveChildren(Step step, TokenId id, Instant now) {
    Optional<TokenRecord> parent = step.find(id);
    if (parent.isPresent() && parent.get().parent() != null) {
      throw new IllegalArgumentException("the parent must not have a parent itself");
    }
    return parent.isPresent() && parent.get().liveAt(now);
  }

  /** Evicts the oldest records of a group until there is room; returns false if there is none. */
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
      // Count again each time: children of an evicted record may have been in this group, too.
      if (step.all(counts).size() >= limit.max() && !Objects.equals(oldest.id(), record.parent())) {
        evicted.addAll(step.revoke(oldest.id(), Revocation.of(RevocationReason.EVICTED, now)));
      }
    }
    return step.all(counts).size() < limit.max();
  }
}
