package com.example.folderstore;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tokenfilter.store.base.Rows;

/**
 * The rows of one transaction in a folder, for a caller that has the folder's lock.
 *
 * <ul>
 *   <li>{@code rows/KEY} is the value of a row.
 *   <li>{@code journal} is a committed transaction. It appears as a whole, and is deleted once the
 *       files of its rows are on the disk. If the process died before, the next one completes it.
 * </ul>
 *
 * <p>Changes are kept in memory until {@link #commit}. Not thread-safe.
 */
final class RowFolder implements Rows {

  private static final int DELETED = -1;

  private final Path folder;
  private final Path rows;
  private final Path journal;

  /** The changes of this transaction; a row without a value is deleted. */
  private final NavigableMap<String, Optional<byte[]>> changed = new TreeMap<>();

  private RowFolder(Path folder) {
    this.folder = folder;
    this.rows = folder.resolve("rows");
    this.journal = folder.resolve("journal");
  }

  /** Returns the rows of a folder, after completing the transaction of a process that died. */
  static RowFolder open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("the folder " + folder + " no longer exists");
    }
    RowFolder opened = new RowFolder(folder);
    opened.replayJournal();
    return opened;
  }

  @Override
  public Map<String, byte[]> get(Collection<String> keys) throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    for (String key : keys) {
      Optional<byte[]> change = changed.get(key);
      (change == null ? read(key) : change).ifPresent(value -> found.put(key, value));
    }
    return found;
  }

  @Override
  public List<String> keys(String from, String to, int limit) throws IOException {
    NavigableSet<String> keys = new TreeSet<>();
    if (Files.isDirectory(rows)) {
      try (Stream<Path> files = Files.list(rows)) {
        files.forEach(file -> keys.add(file.getFileName().toString()));
      }
    }
    changed.forEach(
        (key, value) -> {
          if (value.isPresent()) {
            keys.add(key);
          } else {
            keys.remove(key);
          }
        });
    return keys.subSet(from, to).stream().limit(limit).toList();
  }

  @Override
  public void put(String key, byte[] value) {
    changed.put(key, Optional.of(value));
  }

  @Override
  public void delete(String key) {
    changed.put(key, Optional.empty());
  }

  /** Makes the changes durable, all of them or none. */
  void commit() throws IOException {
    if (changed.isEmpty()) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(changed.size());
    for (Map.Entry<String, Optional<byte[]>> change : changed.entrySet()) {
      byte[] value = change.getValue().orElse(new byte[0]);
      out.writeUTF(change.getKey());
      out.writeInt(change.getValue().isPresent() ? value.length : DELETED);
      out.write(value);
    }
    Path whole = folder.resolve("new");
    Files.createDirectories(rows);
    write(whole, bytes.toByteArray());
    // From here on the transaction is committed, whatever happens.
    Files.move(whole, journal, ATOMIC_MOVE);
    force(folder);
    replayJournal();
  }

  /** Changes the files as the journal says; this may happen any number of times. */
  private void replayJournal() throws IOException {
    if (!Files.exists(journal)) {
      return;
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(journal)));
    for (int rest = in.readInt(); rest > 0; rest--) {
      Path row = rows.resolve(in.readUTF());
      int length = in.readInt();
      if (length == DELETED) {
        Files.deleteIfExists(row);
      } else {
        write(row, in.readNBytes(length));
      }
    }
    force(rows);
    Files.delete(journal);
  }

  private Optional<byte[]> read(String key) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(rows.resolve(key)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE, WRITE, TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      if (bytes.length > 0) {
        channel.force(true);
      }
    }
  }

  /** Waits until the names in a folder are on the disk. */
  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }
}
