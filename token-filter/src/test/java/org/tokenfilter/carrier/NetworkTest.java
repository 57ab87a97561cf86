package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.ClientAddress;

/** Tests of ranges of addresses (RFC 4632, 3.1). */
final class NetworkTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/8, 9.255.255.255, false",
    "10.0.0.0/9, 10.128.0.0, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.7/32, 192.0.2.7, true",
    "192.0.2.7/32, 192.0.2.6, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.8, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "2001:db8::/65, 2001:db8::8000:0:0:1, false",
    "fd00::/8, fdff::1, true",
    "2001:db8::1/128, 2001:0db8:0:0:0:0:0:1, true",
    "2001:db8::1/128, 2001:db8::2, false",
    "2001:db8::1, 2001:db8::1, true",
    "::/0, 2001:db8::1, true",
  })
  void containsAddressesWithTheSamePrefix(String range, String client, boolean in) {
    assertThat(Network.parse(range).contains(ClientAddress.parse(client))).isEqualTo(in);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 2001:db8::1",
    "::/0, 192.0.2.1",
    "::/0, ::ffff:192.0.2.1",
    "10.0.0.0/8, a00::1",
    "a00::/8, 10.0.0.1"
  })
  void containsNoAddressOfAnotherFamily(String range, String client) {
    assertThat(Network.parse(range).contains(ClientAddress.parse(client))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"::ffff:10.0.0.1, 10.0.0.1", "10.0.0.1, ::ffff:10.0.0.1", "10.0.0.0/8, ::ffff:a00:1"})
  void treatsMappedAddressAsIpv4(String range, String client) {
    assertThat(Network.parse(range).contains(ClientAddress.parse(client))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1/8",
        "10.0.0.1/31",
        "10.128.0.0/8",
        "2001:db8::1/64",
        "2001:db8:8000::/32",
        "::1/127",
        "1.0.0.0/0"
      })
  void refusesBitsAfterThePrefix(String range) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Network.parse(range))
        .withMessageContaining("must have no bits set after its prefix length")
        .withMessageContaining(range);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0.0/128",
        "2001:db8::/129",
        "2001:db8::/999",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "10.0.0.0/ 8",
        "10.0.0.0/1e1",
        "10.0.0.0/1000000000000",
        "10.0.0.0/255.0.0.0",
        "::ffff:10.0.0.0/104"
      })
  void refusesInvalidPrefixLength(String range) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Network.parse(range))
        .withMessageContaining("prefix length must be 0 to")
        .withMessageContaining(range);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/8", "10.0.0/8", "10", "10.0.0.0.0", "proxy.example", "cafe.de", "1:2:3/48"})
  void refusesHostNamesWithoutLookup(String range) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Network.parse(range))
        .withMessage("not an IP address or a CIDR range: " + range);
  }
}
