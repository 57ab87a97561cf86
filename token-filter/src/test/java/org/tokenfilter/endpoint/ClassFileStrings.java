package org.tokenfilter.endpoint;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The strings in the constant pools of compiled classes (JVMS, 4.4). */
final class ClassFileStrings {

  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int STRING = 8;
  private static final int HEADER_BYTES = 8;

  /** The number of bytes after the tag, for the other kinds of constants. */
  private static final Map<Integer, Integer> LENGTHS =
      Map.ofEntries(
          Map.entry(3, 4),
          Map.entry(4, 4),
          Map.entry(LONG, 8),
          Map.entry(DOUBLE, 8),
          Map.entry(7, 2),
          Map.entry(9, 4),
          Map.entry(10, 4),
          Map.entry(11, 4),
          Map.entry(12, 4),
          Map.entry(15, 3),
          Map.entry(16, 2),
          Map.entry(17, 4),
          Map.entry(18, 4));

  private ClassFileStrings() {}

  /** Returns the strings of all classes in the folder of a class. */
  static Set<String> inPackageOf(Class<?> type) throws Exception {
    Path root = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path folder = root.resolve(type.getPackageName().replace('.', '/'));
    Set<String> texts = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> found = Files.list(folder)) {
      files = found.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      try (InputStream stream = Files.newInputStream(file)) {
        texts.addAll(read(new DataInputStream(stream)));
      }
    }
    return texts;
  }

  private static Set<String> read(DataInputStream data) throws IOException {
    data.skipNBytes(HEADER_BYTES);
    int count = data.readUnsignedShort();
    Map<Integer, String> utf8 = new HashMap<>();
    Set<Integer> strings = new HashSet<>();
    for (int i = 1; i < count; i++) {
      int tag = data.readUnsignedByte();
      if (tag == UTF8) {
        utf8.put(i, data.readUTF());
      } else if (tag == STRING) {
        strings.add(data.readUnsignedShort());
      } else {
        data.skipNBytes(LENGTHS.getOrDefault(tag, 2));
        i += tag == LONG || tag == DOUBLE ? 1 : 0;
      }
    }
    Set<String> texts = new TreeSet<>();
    strings.forEach(index -> texts.add(utf8.getOrDefault(index, "")));
    return texts;
  }
}
