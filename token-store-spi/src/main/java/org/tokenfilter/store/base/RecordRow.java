package org.tokenfilter.store.base;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The row of a record: a head with all that is needed to revoke the record, to let it expire and to
 * delete it, and the record itself. So a record that this edition cannot read is revoked, expires
 * and is deleted like any other. The revocation is in the head only. Immutable.
 */
final class RecordRow {

  private static final int FORMAT = 1;

  /** The parts of the head. A live record has a visit if it has a deadline; a dead one always. */
  private record Head(
      Instant issuedAt,
      @Nullable Instant deadline,
      @Nullable Instant visit,
      @Nullable Revocation revocation,
      List<String> links) {}

  private final TokenId id;
  private final Head head;
  private final byte[] body;

  private RecordRow(TokenId id, Head head, byte[] body) {
    this.id = id;
    this.head = head;
    this.body = body;
  }

  /** Returns the row of a new record. */
  static RecordRow of(TokenRecord record) {
    Head head =
        new Head(
            record.issuedAt(), record.deadline(), record.deadline(), null, RowKeys.links(record));
    return new RecordRow(record.id(), head, RecordCodec.encode(record));
  }

  /**
   * Returns the row with these bytes.
   *
   * @throws UnreadableRecordException if its head cannot be read
   */
  static RecordRow read(TokenId id, byte[] bytes) throws UnreadableRecordException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new UnreadableRecordException("its row is damaged", null);
    }
    byte[] encodedHead = new byte[length];
    byte[] body = new byte[in.get(encodedHead).remaining()];
    in.get(body);
    return new RecordRow(id, FrameReader.read(encodedHead, FORMAT, RecordRow::readHead), body);
  }

  byte[] write() {
    FrameWriter out = new FrameWriter(FORMAT).time(head.issuedAt);
    out.optional(head.deadline, out::time).optional(head.visit, out::time);
    out.optional(head.revocation, revocation -> RecordCodec.write(out, revocation));
    byte[] encodedHead = out.texts(head.links).finish();
    return ByteBuffer.allocate(Integer.BYTES + encodedHead.length + body.length)
        .putInt(encodedHead.length)
        .put(encodedHead)
        .put(body)
        .array();
  }

  private static Head readHead(FrameReader in) {
    return new Head(
        in.time(),
        in.optional(in::time),
        in.optional(in::time),
        in.optional(() -> RecordCodec.readRevocation(in)),
        List.copyOf(in.texts()));
  }

  /**
   * Returns the record.
   *
   * @throws UnreadableRecordException if this edition cannot read it
   */
  TokenRecord record() throws UnreadableRecordException {
    TokenRecord record = RecordCodec.decode(body);
    if (!record.id().equals(id)) {
      throw new UnreadableRecordException("its row has the record " + record.id(), null);
    }
    return head.revocation == null ? record : record.revoked(head.revocation);
  }

  TokenId id() {
    return id;
  }

  boolean revoked() {
    return head.revocation != null;
  }

  /** Returns the earlier of the idle and the absolute deadline; null if it never expires. */
  @Nullable Instant deadline() {
    return head.deadline;
  }

  boolean liveAt(Instant time) {
    return head.revocation == null && (head.deadline == null || time.isBefore(head.deadline));
  }

  boolean hasLink(String link) {
    return head.links.contains(link);
  }

  boolean hasParent() {
    return head.links.stream().anyMatch(RowKeys::isParent);
  }

  /** Returns the keys of the other rows that belong to this one. */
  Stream<String> entries() {
    Stream<String> links =
        head.revocation == null
            ? head.links.stream().map(link -> RowKeys.entry(link, head.issuedAt, id))
            : Stream.empty();
    String kind = head.revocation == null ? RowKeys.LIVE_VISIT : RowKeys.DEAD_VISIT;
    return Stream.concat(
        links, Stream.ofNullable(head.visit).map(visit -> RowKeys.visit(kind, visit, id)));
  }

  /** Returns the row with another state of the record, and with the same visit. */
  RecordRow with(TokenRecord record) {
    Head changed =
        new Head(
            head.issuedAt, record.deadline(), head.visit, head.revocation, RowKeys.links(record));
    return new RecordRow(id, changed, RecordCodec.encode(record));
  }

  RecordRow visitAt(@Nullable Instant time) {
    return new RecordRow(
        id, new Head(head.issuedAt, head.deadline, time, head.revocation, head.links), body);
  }

  RecordRow revoked(Revocation revocation) {
    Instant deadline = head.deadline;
    Instant death =
        deadline == null || revocation.at().isBefore(deadline) ? revocation.at() : deadline;
    return new RecordRow(
        id, new Head(head.issuedAt, deadline, death, revocation, head.links), body);
  }
}
