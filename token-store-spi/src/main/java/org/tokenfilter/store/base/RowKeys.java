package org.tokenfilter.store.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The keys of all rows: a letter for the kind of the row, then hexadecimal digits of a fixed
 * number.
 *
 * <table>
 *   <caption>The rows</caption>
 *   <tr><td>{@code r} id</td><td>a record: {@link RecordRow}</td></tr>
 *   <tr><td>{@code s} {@code g} {@code p} {@code x} {@code a}, hash, time, id</td><td>an unrevoked
 *       record of a subject, of a group, of a parent, or from an external session or account;
 *       those of a subject the newest first, the others the oldest first</td></tr>
 *   <tr><td>{@code l} {@code d}, time, id</td><td>the next visit of a live record, and of a dead
 *       one</td></tr>
 *   <tr><td>{@code h}; {@code c} number</td><td>the head of the change log; a change</td></tr>
 *   <tr><td>{@code m} hash; {@code f}, time, hash</td><td>a mark; its end</td></tr>
 * </table>
 *
 * <p>Stateless.
 */
final class RowKeys {

  /** Sorts after each digit. */
  static final String END = "g";

  static final String CHANGE = "c";
  static final String CHANGE_HEAD = "h";
  static final String DEAD_VISIT = "d";
  static final String LIVE_VISIT = "l";
  static final String MARK = "m";
  static final String MARK_END = "f";

  private static final String SUBJECT = "s";
  private static final String GROUP = "g";
  private static final String PARENT = "p";
  private static final String EXTERNAL_SESSION = "x";
  private static final String EXTERNAL_ACCOUNT = "a";

  private static final int HASH_BYTES = 20;
  private static final int ID_DIGITS = 2 * TokenId.LENGTH;

  private RowKeys() {}

  static String record(TokenId id) {
    return "r" + hex(id.bytes());
  }

  /** Returns the starts of the keys under which a record is found, the subject's first. */
  static List<String> links(TokenRecord record) {
    List<String> links = new ArrayList<>();
    links.add(ofSubject(record.subject()));
    if (record.group() != null) {
      links.add(ofGroup(record.subject(), record.group()));
    }
    if (record.parent() != null) {
      links.add(ofParent(record.parent()));
    }
    Origin origin = record.details().origin();
    if (origin != null && origin.session() != null) {
      links.add(ofExternal(EXTERNAL_SESSION, origin.session()));
    }
    if (origin != null && origin.account() != null) {
      links.add(ofExternal(EXTERNAL_ACCOUNT, origin.account()));
    }
    return List.copyOf(links);
  }

  static String ofSubject(String subject) {
    return SUBJECT + hash(subject);
  }

  static String ofGroup(String subject, String group) {
    return GROUP + hash(subject, group);
  }

  static String ofParent(TokenId parent) {
    return PARENT + hash(parent.toString());
  }

  static boolean isParent(String link) {
    return link.startsWith(PARENT);
  }

  static String of(Selection selection) {
    String subject = selection.subject();
    String group = selection.group();
    ExternalId external = selection.external();
    if (subject != null) {
      return group == null ? ofSubject(subject) : ofGroup(subject, group);
    }
    if (external == null) {
      throw new IllegalArgumentException("a selection has a subject or an external id");
    }
    return ofExternal(
        selection.by() == Selection.Criterion.EXTERNAL_SESSION
            ? EXTERNAL_SESSION
            : EXTERNAL_ACCOUNT,
        external);
  }

  private static String ofExternal(String kind, ExternalId id) {
    return kind + hash(id.issuer(), id.value());
  }

  /** Returns the key of a record under a link. */
  static String entry(String link, Instant issuedAt, TokenId id) {
    return link.startsWith(SUBJECT)
        ? link + number(~millis(issuedAt)) + hex(inverse(id.bytes()))
        : visit(link, issuedAt, id);
  }

  static String visit(String kind, Instant at, TokenId id) {
    return kind + number(millis(at)) + hex(id.bytes());
  }

  static String markEnd(Instant until, String mark) {
    return MARK_END + number(millis(until)) + mark.substring(1);
  }

  /** Returns the mark whose end has this key. */
  static String markOf(String markEnd) {
    return MARK + markEnd.substring(markEnd.length() - 2 * HASH_BYTES);
  }

  static String mark(String name) {
    return MARK + hash(name);
  }

  static String change(long number) {
    return CHANGE + number(number);
  }

  /** Returns the key before which all of this kind are earlier than a time. */
  static String before(String kind, Instant time) {
    long millis = millis(time);
    boolean within = !time.truncatedTo(ChronoUnit.MILLIS).equals(time) && millis < Long.MAX_VALUE;
    return kind + number(within ? millis + 1 : millis);
  }

  /** Returns the id at the end of a key. */
  static TokenId id(String key) {
    byte[] bytes = HexFormat.of().parseHex(key.substring(key.length() - ID_DIGITS));
    return TokenId.of(key.startsWith(SUBJECT) ? inverse(bytes) : bytes);
  }

  private static byte[] inverse(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ~bytes[i];
    }
    return bytes;
  }

  /** Returns a number as digits of the same order. */
  private static String number(long number) {
    return HexFormat.of().toHexDigits(number ^ Long.MIN_VALUE);
  }

  /** Returns the time in milliseconds; the nearest one if there is none. */
  private static long millis(Instant time) {
    try {
      return time.toEpochMilli();
    } catch (ArithmeticException e) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  private static String hash(String... texts) {
    MessageDigest digest = sha256();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
