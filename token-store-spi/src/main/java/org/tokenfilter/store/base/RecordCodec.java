package org.tokenfilter.store.base;

import java.time.Duration;
import java.util.List;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * The codec of a record: all of its values as bytes, about 100 for a small record, and back.
 *
 * <p>The first byte is the number of the format, the last four are a CRC-32C. Bytes of another
 * format, damaged, cut or with anything after their end are an {@link UnreadableRecordException},
 * never another record. Equal records have equal bytes. The bytes of a format never change: a later
 * edition that needs other ones gives them another number, and reads both. Stateless.
 */
public final class RecordCodec {

  private static final int FORMAT = 1;

  // The positions in these lists are stored: new values only at the end.
  private static final List<TokenKind> KINDS =
      List.of(TokenKind.SESSION, TokenKind.OPEN, TokenKind.USER);
  private static final List<RevocationReason> REASONS =
      List.of(
          RevocationReason.CLOSED,
          RevocationReason.REPLACED,
          RevocationReason.EVICTED,
          RevocationReason.EXPIRED);

  private RecordCodec() {}

  /** Returns the bytes of a record. */
  public static byte[] encode(TokenRecord record) {
    FrameWriter out = new FrameWriter(FORMAT);
    out.id(record.id()).number(KINDS.indexOf(record.kind())).text(record.subject());
    out.optional(record.group(), out::text);
    out.optional(record.parent(), out::id);
    out.optional(record.client(), out::text);
    out.optional(record.binding(), out::text);
    out.time(record.issuedAt()).time(record.lastUsedAt());
    out.optional(record.idleTimeout(), time -> write(out, time));
    out.optional(record.idleExpiresAt(), out::time);
    out.optional(record.expiresAt(), out::time);
    out.optional(record.revocation(), revocation -> write(out, revocation));
    DetailsCodec.write(out, record.details());
    return out.finish();
  }

  /**
   * Returns the record with these bytes.
   *
   * @throws UnreadableRecordException if this edition cannot read them
   */
  public static TokenRecord decode(byte[] bytes) throws UnreadableRecordException {
    return FrameReader.read(bytes, FORMAT, RecordCodec::read);
  }

  private static TokenRecord read(FrameReader in) {
    return new TokenRecord(
        in.id(),
        KINDS.get(in.number(KINDS.size() - 1)),
        in.text(),
        in.optional(in::text),
        in.optional(in::id),
        in.optional(in::text),
        in.optional(in::text),
        in.time(),
        in.time(),
        in.optional(() -> readDuration(in)),
        in.optional(in::time),
        in.optional(in::time),
        in.optional(() -> readRevocation(in)),
        DetailsCodec.read(in));
  }

  static void write(FrameWriter out, Revocation revocation) {
    write(out.time(revocation.at()), revocation.reason());
    out.optional(revocation.successor(), out::id);
  }

  static Revocation readRevocation(FrameReader in) {
    return new Revocation(in.time(), readReason(in), in.optional(in::id));
  }

  static void write(FrameWriter out, RevocationReason reason) {
    out.number(REASONS.indexOf(reason));
  }

  static RevocationReason readReason(FrameReader in) {
    return REASONS.get(in.number(REASONS.size() - 1));
  }

  private static void write(FrameWriter out, Duration time) {
    out.number(time.toSeconds()).number(time.toMillisPart());
  }

  private static Duration readDuration(FrameReader in) {
    return Duration.ofSeconds(in.number()).plusMillis(in.number());
  }
}
