package com.example.folderstore;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.base.TransactionalTokenStore;

/**
 * A token store that keeps each row as a file, in a folder shared by any number of processes.
 *
 * <p>It is an example of how to write a store for an engine that has no transactions. It also suits
 * a small site on one machine whose tokens must survive a restart, with about a thousand records
 * and ten writes per second. It is not fast: calls run one at a time, and each search lists a
 * folder. Acknowledged writes survive a killed process, and a power failure as far as the disk
 * keeps what it has confirmed.
 *
 * <p>The file system must support file locks and atomic moves, and show changes to all nodes at
 * once. Local file systems do; a network file system must be mounted accordingly. Two applications
 * of one server must not share a folder, since each loads its own copy of this class and of its
 * locks between threads.
 */
public final class FolderTokenStore extends TransactionalTokenStore {

  /** Locks between threads, by folder; file locks of the system are held by the whole process. */
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path folder;
  private final Duration timeout;
  private final ReentrantLock lock;

  /**
   * Creates a store in a folder, which is created if necessary.
   *
   * @param path the folder
   * @param timeout the maximum time for which a call waits for other calls
   */
  public FolderTokenStore(Path path, Duration timeout) {
    this.timeout = timeout;
    try {
      folder = Files.createDirectories(path).toRealPath();
    } catch (IOException e) {
      throw new TokenStoreException("the folder " + path + " cannot be created", e, false);
    }
    lock = LOCKS.computeIfAbsent(folder, none -> new ReentrantLock(true));
  }

  /** Runs the work alone, too, since another call would change files while it reads them. */
  @Override
  protected <T> T read(Work<T> work) throws Exception {
    return write(work);
  }

  @Override
  protected <T> T write(Work<T> work) throws Exception {
    long giveUp = System.nanoTime() + timeout.toNanos();
    if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException("the folder " + folder + " is busy");
    }
    try (FileChannel channel = FileChannel.open(folder.resolve("lock"), CREATE, WRITE)) {
      while (channel.tryLock() == null) {
        if (System.nanoTime() - giveUp > 0) {
          throw new IOException("the folder " + folder + " is busy");
        }
        // Another process has the lock. Java cannot wait for a file lock with a timeout.
        Thread.sleep(1);
      }
      RowFolder rows = RowFolder.open(folder);
      T answer = work.run(rows);
      rows.commit();
      return answer;
    } finally {
      lock.unlock();
    }
  }

  /** Does nothing, since no resource is open between calls. */
  @Override
  protected void closeEngine() {}
}
