package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The clients of case C15: an address has many notations and is compared in one. */
class ClientAddressTest {

  private static final String LOOPBACK_6 = "0:0:0:0:0:0:0:1";
  private static final String LINK_LOCAL = "fe80:0:0:0:0:0:0:1";

  @TestFactory
  Stream<DynamicTest> normalizesAddresses() {
    return Map.ofEntries(
            Map.entry("192.0.2.1", "192.0.2.1"),
            Map.entry("0.0.0.0", "0.0.0.0"),
            Map.entry("255.255.255.255", "255.255.255.255"),
            Map.entry("::1", LOOPBACK_6),
            Map.entry("[::1]", LOOPBACK_6),
            Map.entry("0:0:0:0:0:0:0:1", LOOPBACK_6),
            Map.entry("0000:0000:0000:0000:0000:0000:0000:0001", LOOPBACK_6),
            Map.entry("::0.0.0.1", LOOPBACK_6),
            Map.entry("2001:DB8::A", "2001:db8:0:0:0:0:0:a"),
            Map.entry("2001:db8::a", "2001:db8:0:0:0:0:0:a"),
            Map.entry("::ffff:192.0.2.1", "192.0.2.1"),
            Map.entry("::FFFF:192.0.2.1", "192.0.2.1"),
            Map.entry("[::ffff:192.0.2.1]", "192.0.2.1"),
            Map.entry("::ffff:c000:201", "192.0.2.1"),
            Map.entry("0:0:0:0:0:ffff:c000:0201", "192.0.2.1"),
            Map.entry("fe80::1%lo", LINK_LOCAL),
            Map.entry("fe80::1%0", LINK_LOCAL),
            Map.entry("[fe80::1%eth0.7]", LINK_LOCAL))
        .entrySet()
        .stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      ClientAddress address = ClientAddress.parse(entry.getKey());
                      assertThat(address).hasToString(entry.getValue());
                      assertThat(address.matches(entry.getValue())).isTrue();
                    }));
  }

  @TestFactory
  Stream<DynamicTest> refusesInvalidAddresses() {
    return Stream.of(
            "",
            " ",
            "localhost",
            "example.org",
            "cafe",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "010.0.0.1",
            "10.0.0.01",
            "00.0.0.1",
            "1.2.3",
            "1.2.3.",
            ".1.2.3",
            "1.2.3.4.",
            "1.2.3.4.5",
            "1..3.4",
            "256.0.0.1",
            "1.2.3.1000",
            "1.2.3.-4",
            "1.2.3.4 ",
            " 1.2.3.4",
            "1.2.3.4\n",
            "1.2.3.4\u0000",
            "\u0661.2.3.4",
            "1.2.3.4:80",
            "1.2.3.4/24",
            "1.2.3.4, 5.6.7.8",
            "1.2.3.4%eth0",
            "[::1",
            "::1]",
            "[]",
            "[[::1]]",
            "[::1]:80",
            ":",
            ":::",
            "::1::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::12345",
            "::g",
            "::1/64",
            "::ffff:127.1",
            "::ffff:256.0.0.1",
            "%lo",
            "localhost%::1",
            "unknown",
            "_hidden",
            "a:b")
        .map(
            text ->
                DynamicTest.dynamicTest(
                    '"' + text.replace("\n", "\\n").replace("\u0000", "\\0") + '"',
                    () ->
                        assertThatIllegalArgumentException()
                            .isThrownBy(() -> ClientAddress.parse(text))
                            .withMessage("text must be an IPv4 or IPv6 address")));
  }

  /** The JDK looks up a name that starts with a dot, even if it contains a colon. */
  @Test
  void refusesLeadingDotWithoutLookup() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientAddress.parse(".::1"))
        .withNoCause();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientAddress.parse("[.:]"))
        .withNoCause();
  }

  @TestFactory
  Stream<DynamicTest> refusesAmbiguousNotations() {
    return Stream.of(
            "::ffff:010.0.0.1",
            "::ffff:10.0.0.01",
            "64:ff9b::192.0.02.1",
            "::00001",
            "2001:00db8::1",
            "[192.0.2.1]")
        .map(
            text ->
                DynamicTest.dynamicTest(
                    text,
                    () ->
                        assertThatIllegalArgumentException()
                            .isThrownBy(() -> ClientAddress.parse(text))));
  }

  @Test
  void equalAddressesAreEqualInEveryNotation() {
    assertThat(ClientAddress.parse("::ffff:192.0.2.1"))
        .isEqualTo(ClientAddress.parse("192.0.2.1"))
        .hasSameHashCodeAs(ClientAddress.parse("192.0.2.1"))
        .isNotEqualTo(ClientAddress.parse("192.0.2.2"))
        .isNotEqualTo(ClientAddress.parse("::192.0.2.1"));
    assertThat(ClientAddress.parse("fe80::1%eth0")).isEqualTo(ClientAddress.parse("[fe80::1%1]"));
  }

  @Test
  void aPrefixIsTheNetworkAndItsLength() {
    assertThat(ClientAddress.parse("192.0.2.255").prefix()).isEqualTo("192.0.2.0/24");
    assertThat(ClientAddress.parse("::ffff:192.0.2.1").prefix()).isEqualTo("192.0.2.0/24");
    assertThat(ClientAddress.parse("2001:db8:1:2:ffff:ffff:ffff:ffff").prefix())
        .isEqualTo("2001:db8:1:2:0:0:0:0/64");
    assertThat(ClientAddress.parse("::1").prefix()).isEqualTo("0:0:0:0:0:0:0:0/64");
  }

  @Test
  void anAddressMatchesItselfAndItsPrefixAlone() {
    ClientAddress client = ClientAddress.parse("192.0.2.1");

    assertThat(client.matches("192.0.2.1")).isTrue();
    assertThat(client.matches("192.0.2.0/24")).isTrue();
    assertThat(client.matches("192.0.2.10")).isFalse();
    assertThat(client.matches("192.0.2")).isFalse();
    assertThat(client.matches("192.0.3.0/24")).isFalse();
    assertThat(client.matches("192.0.2.0/16")).isFalse();
    assertThat(client.matches("192.0.2.1/32")).isFalse();
    assertThat(client.matches("/")).isFalse();
    assertThat(client.matches("")).isFalse();
  }

  @Test
  void prefixLeavesTheAddressUnchanged() {
    ClientAddress client = ClientAddress.parse("192.0.2.1");

    assertThat(client.prefix()).isEqualTo(client.prefix());
    assertThat(client).hasToString("192.0.2.1");
  }

  @Test
  void bindingToThePrefixOfOneVersionLeavesTheOtherFree() {
    ClientAddress four = ClientAddress.parse("192.0.2.1");
    ClientAddress six = ClientAddress.parse("2001:db8:0:1::1");
    assertThat(four.dualStackPrefix()).isEqualTo("192.0.2.0/24+");
    assertThat(six.dualStackPrefix()).isEqualTo("2001:db8:0:1:0:0:0:0/64+");
    for (ClientAddress bound : List.of(four, six)) {
      assertThat(four.matches(bound.dualStackPrefix())).isTrue();
      assertThat(six.matches(bound.dualStackPrefix())).isTrue();
      assertThat(ClientAddress.UNIX.matches(bound.dualStackPrefix())).isFalse();
    }
    assertThat(ClientAddress.parse("192.0.2.99").matches(four.dualStackPrefix())).isTrue();
    assertThat(ClientAddress.parse("::ffff:192.0.2.9").matches(four.dualStackPrefix())).isTrue();
    assertThat(ClientAddress.parse("192.0.3.1").matches(four.dualStackPrefix())).isFalse();
    assertThat(ClientAddress.parse("::ffff:192.0.3.1").matches(four.dualStackPrefix())).isFalse();
    assertThat(ClientAddress.parse("2001:db8:0:1::9").matches(six.dualStackPrefix())).isTrue();
    assertThat(ClientAddress.parse("2001:db8:0:2::1").matches(six.dualStackPrefix())).isFalse();
  }

  @Test
  void distinguishesIpVersionsInEveryBinding() {
    ClientAddress four = ClientAddress.parse("192.0.2.1");
    ClientAddress six = ClientAddress.parse("2001:db8::1");
    for (String binding : List.of("192.0.2.9", "192.0.2.0/24", "192.0.2.0/24+")) {
      assertThat(four.hasOtherIpVersionThan(binding)).as(binding).isFalse();
      assertThat(six.hasOtherIpVersionThan(binding)).as(binding).isTrue();
      assertThat(ClientAddress.UNIX.hasOtherIpVersionThan(binding)).as(binding).isFalse();
      assertThat(ClientAddress.UNIX.matches(binding)).as(binding).isFalse();
    }
    for (String binding : List.of("2001:db8:0:0:0:0:0:9", "::/64", "2001:db8::/64+")) {
      assertThat(four.hasOtherIpVersionThan(binding)).as(binding).isTrue();
      assertThat(six.hasOtherIpVersionThan(binding)).as(binding).isFalse();
      assertThat(ClientAddress.UNIX.hasOtherIpVersionThan(binding)).as(binding).isFalse();
    }
  }

  /** The binding of a Unix peer matches only itself, and no text of a request parses to it. */
  @Test
  void unixPeerMatchesItselfOnly() {
    ClientAddress unix = ClientAddress.UNIX;
    assertThat(unix).hasToString("unix");
    assertThat(unix.bytes()).isEmpty();
    assertThat(unix.prefix()).isEqualTo("unix");
    for (String binding : List.of(unix.toString(), unix.prefix(), unix.dualStackPrefix())) {
      assertThat(unix.matches(binding)).as(binding).isTrue();
      for (String other : List.of("192.0.2.1", "2001:db8::1")) {
        assertThat(ClientAddress.parse(other).matches(binding)).as(binding).isFalse();
        assertThat(ClientAddress.parse(other).hasOtherIpVersionThan(binding)).as(binding).isFalse();
      }
    }
    assertThatIllegalArgumentException().isThrownBy(() -> ClientAddress.parse("unix"));
  }
}
