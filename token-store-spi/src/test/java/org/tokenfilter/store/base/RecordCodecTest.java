package org.tokenfilter.store.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

class RecordCodecTest {

  private static final TokenId ID = id(0x10);
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00.123Z");

  private static final TokenRecord SMALL =
      TokenRecord.builder(ID, TokenKind.OPEN, "alice", NOON).build();

  private static final TokenRecord FULL =
      new TokenRecord(
          ID,
          TokenKind.SESSION,
          "zoë",
          "laptops",
          id(0x40),
          "curl",
          "192.0.2.0/24",
          NOON,
          NOON.plusSeconds(5),
          Duration.ofMinutes(30),
          NOON.plusSeconds(1805),
          NOON.plusSeconds(36_000),
          new Revocation(NOON.plusSeconds(60), RevocationReason.REPLACED, id(0x70)),
          new TokenDetails(
              0x0123456789abcdefL,
              Set.of("user", "admin"),
              Map.of("name", "Zoë"),
              new Confirmation(Confirmation.Method.PUBLIC_KEY, "{}"),
              NOON.minusSeconds(1),
              "mfa",
              new Origin(new ExternalId("https://idp", "s1"), new ExternalId("https://idp", "u1")),
              "my phone",
              Map.of(".step", "2", "cart", "")));

  @Test
  void bytesOfASmallRecordNeverChange() throws Exception {
    assertGolden(
        SMALL,
        "01101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f020a616c69"
            + "63650000000080cdbd950df60180cdbd950df601000000000000000000000000000000000000"
            + "000000be1ed80d");
  }

  @Test
  void bytesOfAFullRecordNeverChange() throws Exception {
    assertGolden(
        FULL,
        "01101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f00087a6fc3"
            + "ab020e6c6170746f707302404142434445464748494a4b4c4d4e4f505152535455565758595a"
            + "5b5c5d5e5f02086375726c02183139322e302e322e302f323480cdbd950df6018acdbd950df6"
            + "0102901c00029ae9bd950df60102c0ffc1950df60102f8cdbd950df601020270717273747576"
            + "7778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f0123456789abcdef040a61646d"
            + "696e087573657204086e616d65085a6fc3ab0204047b7d02feccbd950df60102066d66610216"
            + "68747470733a2f2f696470047331021668747470733a2f2f69647004753102106d792070686f"
            + "6e65080a2e73746570023208636172740001140c08");
  }

  /** The places of all values in their lists are part of the format. */
  @Test
  void bytesOfAllKindsReasonsAndMethodsNeverChange() {
    StringBuilder bytes = new StringBuilder();
    for (TokenKind kind : TokenKind.values()) {
      byte[] encoded =
          RecordCodec.encode(TokenRecord.builder(ID, kind, "a", Instant.EPOCH).build());
      bytes.append(kind).append(encoded[1 + TokenId.LENGTH]).append(' ');
    }
    for (RevocationReason reason : RevocationReason.values()) {
      FrameWriter out = new FrameWriter(1);
      RecordCodec.write(out, reason);
      bytes.append(reason).append(out.finish()[1]).append(' ');
    }
    for (Confirmation.Method method : Confirmation.Method.values()) {
      FrameWriter out = new FrameWriter(1);
      DetailsCodec.write(
          out, TokenDetails.NONE.amended(1).confirmation(new Confirmation(method, "k")).build());
      // Behind the format, the version, the numbers of roles and attributes, and the presence.
      bytes.append(method).append(out.finish()[1 + Long.BYTES + 3]).append(' ');
    }

    assertThat(bytes.toString().strip())
        .isEqualTo(
            "SESSION0 OPEN2 USER4 CLOSED0 REPLACED2 EVICTED4 EXPIRED6"
                + " JWK_THUMBPRINT0 CERTIFICATE_THUMBPRINT2 PUBLIC_KEY4");
  }

  @RepeatedTest(20)
  void everyRecordIsReturnedAsItWas() throws Exception {
    long seed = System.nanoTime();
    RandomRecords records = new RandomRecords(new Random(seed));
    for (int i = 0; i < 100; i++) {
      TokenRecord record = records.record();
      byte[] bytes = RecordCodec.encode(record);
      assertThat(RecordCodec.decode(bytes)).as("seed %d, record %d", seed, i).isEqualTo(record);
      assertThat(RecordCodec.encode(RecordCodec.decode(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void cutBytesAreUnreadable() {
    for (TokenRecord record : new TokenRecord[] {SMALL, FULL}) {
      byte[] bytes = RecordCodec.encode(record);
      for (int length = 0; length < bytes.length; length++) {
        assertUnreadable(Arrays.copyOf(bytes, length));
      }
      assertUnreadable(Arrays.copyOf(bytes, bytes.length + 1));
    }
  }

  @Test
  void everyFlippedBitIsUnreadable() {
    byte[] bytes = RecordCodec.encode(FULL);
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertUnreadable(damaged);
    }
  }

  @RepeatedTest(5)
  void randomlyDamagedBytesAreUnreadable() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] bytes = RecordCodec.encode(new RandomRecords(random).record());
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = bytes.clone();
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      if (!Arrays.equals(damaged, bytes)) {
        assertThatExceptionOfType(UnreadableRecordException.class)
            .as("seed %d, try %d", seed, i)
            .isThrownBy(() -> RecordCodec.decode(damaged));
      }
    }
  }

  /** As a wrong program would write it: the checksum says nothing about what was summed. */
  @Test
  void wrongContentWithARightChecksumIsUnreadable() {
    byte[] whole = RecordCodec.encode(SMALL);
    byte[] content = Arrays.copyOfRange(whole, 1, whole.length - Integer.BYTES);
    for (int length = 0; length < content.length; length++) {
      assertUnreadable(new FrameWriter(1).bytes(Arrays.copyOf(content, length)).finish());
    }
    assertUnreadable(new FrameWriter(1).bytes(content).bytes(new byte[1]).finish());
    assertUnreadable(new FrameWriter(1).id(ID).number(3).text("kind").finish());
    assertUnreadable(
        new FrameWriter(1).id(ID).number(0).bytes(new byte[] {2, (byte) 0xC3}).finish());
    assertUnreadable(new FrameWriter(1).id(ID).bytes(new byte[] {(byte) 0x80, 0}).finish());
  }

  @Test
  void newerFormatIsNamedInTheMessage() {
    assertThatExceptionOfType(UnreadableRecordException.class)
        .isThrownBy(() -> RecordCodec.decode(new FrameWriter(2).id(ID).finish()))
        .withMessageContaining("its format is 2");
  }

  private static void assertGolden(TokenRecord record, String golden) throws Exception {
    assertThat(HexFormat.of().formatHex(RecordCodec.encode(record))).isEqualTo(golden);
    assertThat(RecordCodec.decode(HexFormat.of().parseHex(golden))).isEqualTo(record);
  }

  private static void assertUnreadable(byte[] bytes) {
    assertThatExceptionOfType(UnreadableRecordException.class)
        .isThrownBy(() -> RecordCodec.decode(bytes));
  }

  private static TokenId id(int first) {
    byte[] bytes = new byte[TokenId.LENGTH];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return TokenId.of(bytes);
  }
}
