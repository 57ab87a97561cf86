package com.example.folderstore;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/**
 * A folder of records with transactions, in place of a database. Steps of all threads and processes
 * run one at a time, and each takes effect as a whole or not at all. Thread-safe.
 *
 * <ul>
 *   <li>{@code lock} is locked by the process that runs a step.
 *   <li>{@code records/ID} is a record; ID is hexadecimal, since some file systems ignore case.
 *   <li>{@code journal} is a committed step. If its process died before it was applied, the next
 *       step applies it first.
 *   <li>{@code ends/ID} is stamped by the file system when a record is revoked.
 *   <li>{@code mark-live} and {@code mark-dead} are the earliest times at which a live record may
 *       have to be revoked and a dead one deleted (S13). Renewals do not move them.
 * </ul>
 */
final class RecordFolder {

  /** The work of one step. */
  interface Work<T> {
    T run(Step step) throws IOException;
  }

  private static final Pattern RECORD_NAME = Pattern.compile("[0-9a-f]{64}");
  private static final String LIVE = "mark-live";
  private static final String DEAD = "mark-dead";

  /** The maximum time from the stamp of a revocation to its acknowledgement. */
  private static final Duration ACKNOWLEDGEMENT_MARGIN = Duration.ofSeconds(5);

  /** Locks between threads, by folder; file locks of the system are held by the whole process. */
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path folder;
  private final Path records;
  private final Path revocations;
  private final Path journal;
  private final Duration retention;
  private final Duration timeout;
  private final ReentrantLock lock;

  RecordFolder(Path path, Duration retention, Duration timeout) {
    this.retention = retention;
    this.timeout = timeout;
    try {
      folder = Files.createDirectories(path).toRealPath();
      records = Files.createDirectories(folder.resolve("records"));
      revocations = Files.createDirectories(folder.resolve("ends"));
    } catch (IOException e) {
      throw new TokenStoreException("the folder " + path + " cannot be created", e, false);
    }
    journal = folder.resolve("journal");
    lock = LOCKS.computeIfAbsent(folder, none -> new ReentrantLock(true));
  }

  /** Returns the current record. Takes no lock, since files are replaced atomically. */
  Optional<TokenRecord> find(TokenId id) {
    Path file = records.resolve(name(id));
    try {
      return Optional.of(RecordLine.read(Files.readString(file)));
    } catch (NoSuchFileException e) {
      if (Files.isDirectory(records)) {
        return Optional.empty();
      }
      throw new TokenStoreException("the folder " + folder + " no longer exists", e, true);
    } catch (IOException e) {
      throw new TokenStoreException("the file " + file + " cannot be read", e, true);
    } catch (RuntimeException e) {
      throw new TokenStoreException("the file " + file + " is damaged", e, false);
    }
  }

  /**
   * Runs a step, once no other one is running.
   *
   * @throws TokenStoreException if the folder is busy until the timeout, or cannot be used
   */
  <T> T run(Work<T> work) {
    long giveUp = System.nanoTime() + timeout.toNanos();
    try {
      if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new TokenStoreException("the folder " + folder + " is busy", null, true);
      }
      try (FileChannel channel = FileChannel.open(folder.resolve("lock"), CREATE, WRITE)) {
        while (channel.tryLock() == null) {
          if (System.nanoTime() - giveUp > 0) {
            throw new TokenStoreException("the folder " + folder + " is busy", null, true);
          }
          // Another process has the lock. Java cannot wait for a file lock with a timeout.
          Thread.sleep(1);
        }
        replayJournal();
        Step step = new Step();
        T answer = work.run(step);
        step.commit();
        return answer;
      } finally {
        lock.unlock();
      }
    } catch (IOException | UncheckedIOException | OverlappingFileLockException e) {
      throw new TokenStoreException("the folder " + folder + " cannot be used", e, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while waiting for the folder", e, true);
    }
  }

  private void replayJournal() throws IOException {
    if (Files.notExists(journal)) {
      return;
    }
    for (String line : Files.readAllLines(journal)) {
      TokenRecord record = RecordLine.read(line);
      put(records.resolve(name(record.id())), line);
      if (record.revocation() != null) {
        Files.writeString(revocations.resolve(name(record.id())), "ended");
      }
    }
    Files.delete(journal);
  }

  /** Replaces a file atomically. */
  private void put(Path file, String text) throws IOException {
    Path whole = Files.writeString(folder.resolve("new"), text);
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Returns the time at which a sweep must visit a record: the deadline of a live record, and the
   * start of the retention of a revoked one.
   */
  static Instant dueAt(TokenRecord record) {
    Instant death = record.endOfLife();
    return death == null ? Instant.MAX : death;
  }

  private static Instant earliest(List<TokenRecord> records) {
    return records.stream()
        .map(RecordFolder::dueAt)
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  private static String name(TokenId id) {
    return HexFormat.of().formatHex(id.bytes());
  }

  private static List<TokenId> ids(Path room) throws IOException {
    try (Stream<Path> files = Files.list(room)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(RECORD_NAME.asMatchPredicate())
          .map(name -> TokenId.of(HexFormat.of().parseHex(name)))
          .toList();
    }
  }

  /** A step: reads and changes of records without any concurrent change. Not thread-safe. */
  final class Step {

    private final Map<TokenId, TokenRecord> changed = new LinkedHashMap<>();
    private @Nullable Map<TokenId, TokenRecord> read;

    private Step() {}

    Optional<TokenRecord> find(TokenId id) {
      return Optional.ofNullable(changed.get(id)).or(() -> RecordFolder.this.find(id));
    }

    /** Returns a new list of the matching records, with this step's changes, the oldest first. */
    List<TokenRecord> all(Predicate<TokenRecord> wanted) throws IOException {
      if (read == null) {
        read = new HashMap<>();
        for (TokenId id : ids(records)) {
          read.put(id, RecordFolder.this.find(id).orElseThrow());
        }
      }
      read.putAll(changed);
      return read.values().stream()
          .filter(wanted)
          .sorted(Comparator.comparing(PageCursor::of))
          .collect(Collectors.toCollection(ArrayList::new));
    }

    /** Adds a new record, which is stored when the step is committed. */
    void insert(TokenRecord record) throws IOException {
      if (find(record.id()).isPresent()) {
        throw new DuplicateTokenException(record.id());
      }
      lowerMark(LIVE, record);
      put(record);
    }

    /** Changes a record. On commit, changes are stored in the order of the calls. */
    void put(TokenRecord record) {
      changed.put(record.id(), record);
    }

    /** Revokes a record after its children, so that no reader sees a child outlive it. */
    List<TokenId> revoke(TokenId id, Revocation revocation) throws IOException {
      Optional<TokenRecord> record = find(id).filter(found -> found.revocation() == null);
      if (record.isEmpty()) {
        return List.of();
      }
      List<TokenId> ids = new ArrayList<>(List.of(id));
      for (TokenRecord child :
          all(it -> Objects.equals(it.parent(), id) && it.revocation() == null)) {
        put(child.revoked(Revocation.of(revocation.reason(), revocation.at())));
        ids.add(child.id());
      }
      put(record.get().revoked(revocation));
      for (TokenId ended : ids) {
        lowerMark(DEAD, find(ended).orElseThrow());
      }
      return ids;
    }

    /** Deletes a record at once; this cannot be rolled back. */
    void delete(TokenId id) throws IOException {
      Files.deleteIfExists(records.resolve(name(id)));
      if (read != null) {
        read.remove(id);
      }
    }

    /** Discards the changes of this step. */
    void rollBack() {
      changed.clear();
      read = null;
    }

    /** Returns the records to revoke or to delete. Reads no record if the marks show none due. */
    List<TokenRecord> due(Instant expiredBefore, Instant deadBefore) throws IOException {
      if (!mark(LIVE).isBefore(expiredBefore) && !mark(DEAD).isBefore(deadBefore)) {
        return List.of();
      }
      List<TokenRecord> due =
          all(it -> dueAt(it).isBefore(it.revocation() == null ? expiredBefore : deadBefore));
      if (due.isEmpty()) {
        mark(LIVE, earliest(all(it -> it.revocation() == null)));
        mark(DEAD, earliest(all(it -> it.revocation() != null)));
        deleteOldRevocations();
      }
      return due;
    }

    /** Returns the recent revocations by the file system's clock, which all nodes share. */
    RecentRevocations revokedWithin(Duration window, int limit) throws IOException {
      Instant now = time();
      Instant from = now.minus(window).minus(ACKNOWLEDGEMENT_MARGIN);
      Map<TokenId, Instant> stamps = stamps();
      stamps.values().removeIf(stamp -> stamp.isBefore(from));
      Set<TokenId> some = stamps.keySet().stream().limit(limit).collect(Collectors.toSet());
      return new RecentRevocations(some, some.size() == stamps.size(), now);
    }

    private void deleteOldRevocations() throws IOException {
      Instant from = time().minus(retention).minus(ACKNOWLEDGEMENT_MARGIN);
      for (Map.Entry<TokenId, Instant> end : stamps().entrySet()) {
        if (end.getValue().isBefore(from)) {
          Files.delete(revocations.resolve(name(end.getKey())));
        }
      }
    }

    private Map<TokenId, Instant> stamps() throws IOException {
      Map<TokenId, Instant> stamps = new HashMap<>();
      for (TokenId id : ids(revocations)) {
        stamps.put(id, Files.getLastModifiedTime(revocations.resolve(name(id))).toInstant());
      }
      return stamps;
    }

    private Instant time() throws IOException {
      Path now = Files.writeString(folder.resolve("now"), "now");
      return Files.getLastModifiedTime(now).toInstant();
    }

    private void lowerMark(String name, TokenRecord record) throws IOException {
      if (dueAt(record).isBefore(mark(name))) {
        mark(name, dueAt(record));
      }
    }

    /** Returns the time of a mark, or the earliest possible time if the mark is not set. */
    private Instant mark(String name) throws IOException {
      Path mark = folder.resolve(name);
      return Files.exists(mark) ? Instant.parse(Files.readString(mark)) : Instant.MIN;
    }

    private void mark(String name, Instant time) throws IOException {
      RecordFolder.this.put(folder.resolve(name), time.toString());
    }

    private void commit() throws IOException {
      if (!changed.isEmpty()) {
        RecordFolder.this.put(
            journal, String.join("\n", changed.values().stream().map(RecordLine::write).toList()));
        replayJournal();
      }
    }
  }
}
