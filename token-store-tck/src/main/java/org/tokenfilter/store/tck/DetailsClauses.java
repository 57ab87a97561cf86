package org.tokenfilter.store.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;

/** S15: details are returned exactly as stored, whichever call stores them. */
interface DetailsClauses extends StoreUnderTest {

  @Test
  default void s15_everyDetailComesBack() {
    for (Confirmation.Method method : Confirmation.Method.values()) {
      assertComesBack(TokenDetails.NONE.toBuilder().confirmation(new Confirmation(method, "k")));
    }
    ExternalId session = new ExternalId("https://idp.example", "sid");
    ExternalId account = new ExternalId("https://idp.example", "sub");
    for (Origin origin :
        List.of(
            new Origin(session, null), new Origin(null, account), new Origin(account, session))) {
      assertComesBack(TokenDetails.NONE.toBuilder().origin(origin));
    }
    assertComesBack(SampleDetails.full(0).toBuilder());
    assertComesBack(SampleDetails.other(0).toBuilder());
    assertComesBack(TokenDetails.NONE.toBuilder());
  }

  @Test
  default void s15_timeOfAuthenticationComesBackToTheMillisecond() {
    for (String time : List.of("1970-01-01T00:00:00Z", "2097-11-03T06:30:00.999Z")) {
      assertComesBack(TokenDetails.NONE.toBuilder().authenticated(Instant.parse(time), null));
    }
  }

  @Test
  default void s15_emptyTextIsNotNull() {
    assertComesBack(TokenDetails.NONE.toBuilder().authenticated(null, ""));
    assertComesBack(TokenDetails.NONE.toBuilder().label(""));
    assertComesBack(TokenDetails.NONE.toBuilder().roles(Set.of("")));
    assertComesBack(TokenDetails.NONE.toBuilder().data(Map.of("", "")));
  }

  @Test
  default void s15_longestDetailsComeBack() {
    for (String filling : List.of("x", "\u00fc", "\u6f22", "\ud83d\ude00")) {
      ExternalId id = new ExternalId(longest(filling, 255), longest(filling, 255));
      assertComesBack(
          TokenDetails.NONE.toBuilder()
              .roles(Set.of(bytes(filling, TokenDetails.MAX_ROLE_BYTES)))
              .attributes(Map.of("a", bytes(filling, TokenDetails.MAX_ATTRIBUTE_BYTES - 1)))
              .confirmation(
                  new Confirmation(
                      Confirmation.Method.PUBLIC_KEY, bytes(filling, Confirmation.MAX_VALUE_BYTES)))
              .authenticated(Instant.EPOCH, longest(filling, TokenDetails.MAX_ACR_LENGTH))
              .origin(new Origin(id, id))
              .label(longest(filling, TokenDetails.MAX_LABEL_LENGTH))
              .data(Map.of("d", bytes(filling, TokenDetails.MAX_DATA_BYTES - 1))));
    }
  }

  @Test
  default void s15_manySmallRolesComeBack() {
    Set<String> roles = new HashSet<>();
    for (int number = 0; roles.size() * 8 < TokenDetails.MAX_ROLE_BYTES; number++) {
      roles.add("role%04d".formatted(number));
    }
    assertComesBack(TokenDetails.NONE.toBuilder().roles(roles));
  }

  @Test
  default void s15_detailsOfAnyTextComeBack() {
    for (String text : SampleTexts.ALL) {
      String label = text.substring(0, text.offsetByCodePoints(0, Math.min(32, points(text))));
      ExternalId id = new ExternalId(text, text);
      assertComesBack(
          TokenDetails.NONE.toBuilder()
              .roles(Set.of(text))
              .attributes(Map.of(text, text))
              .confirmation(new Confirmation(Confirmation.Method.PUBLIC_KEY, text))
              .authenticated(null, text)
              .origin(new Origin(id, id))
              .label(label)
              .data(Map.of(text, SampleTexts.repeated(text, 4_000))));
    }
  }

  /** Stores the details by an insertion, a replacement and an amendment. */
  private void assertComesBack(TokenDetails.Builder builder) {
    StoreFixture fixture = new StoreFixture(this);
    TokenDetails details = builder.build();
    TokenRecord inserted = fixture.insert(fixture.lasting().details(details));
    TokenRecord amended = fixture.amend(fixture.insert(fixture.lasting()), withVersion(details, 7));
    fixture.assertUnchanged(inserted, amended);
    TokenRecord successor = fixture.lasting().details(amended.details()).build();
    assertThat(fixture.replace(otherNode(), inserted, successor)).isTrue();
    fixture.assertUnchanged(successor);
    assertThat(fixture.live()).containsExactlyInAnyOrder(amended, successor);
  }

  private static TokenDetails withVersion(TokenDetails details, long version) {
    return details.amended(version).build();
  }

  private static String longest(String filling, int length) {
    return filling.repeat(length / filling.length());
  }

  private static String bytes(String filling, int bytes) {
    return filling.repeat(bytes / filling.getBytes(UTF_8).length);
  }

  private static int points(String text) {
    return text.codePointCount(0, text.length());
  }
}
