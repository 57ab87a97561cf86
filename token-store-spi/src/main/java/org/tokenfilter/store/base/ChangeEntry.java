package org.tokenfilter.store.base;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;

/**
 * An entry of the log of changes. Immutable.
 *
 * @param at the time of the entry by the store's clock
 * @param before the signature of the entry before
 * @param signature the random number of this entry
 * @param changes the changes
 */
record ChangeEntry(Instant at, long before, long signature, List<Change> changes) {

  private static final int FORMAT = 1;

  ChangeEntry {
    changes = List.copyOf(changes);
  }

  byte[] write() {
    FrameWriter out = new FrameWriter(FORMAT).time(at).random(before).random(signature);
    out.number(changes.size());
    for (Change change : changes) {
      out.id(change.id())
          .optional(change.revoked(), reason -> RecordCodec.write(out, reason))
          .random(change.version());
    }
    return out.finish();
  }

  /** Returns the entry with these bytes; null if there are none, or if they cannot be read. */
  static @Nullable ChangeEntry readOrNull(byte @Nullable [] bytes) {
    try {
      return bytes == null ? null : FrameReader.read(bytes, FORMAT, ChangeEntry::read);
    } catch (UnreadableRecordException e) {
      return null;
    }
  }

  private static ChangeEntry read(FrameReader in) {
    Instant at = in.time();
    long before = in.random();
    long signature = in.random();
    int count = in.number(Integer.MAX_VALUE);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TokenId id = in.id();
      RevocationReason reason = in.optional(() -> RecordCodec.readReason(in));
      changes.add(new Change(id, reason, in.random()));
    }
    return new ChangeEntry(at, before, signature, changes);
  }
}
