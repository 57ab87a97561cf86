package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.REJECT;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** S15: all texts are returned exactly as stored, and different texts are kept apart. */
interface TextClauses extends StoreUnderTest {

  @Test
  default void s15_subjectsOfAnyTextAreKeptApart() {
    StoreFixture fixture = new StoreFixture(this);
    String unique = StoreFixture.newId().toString();
    List<String> alike =
        Stream.of(
                "stra\u00dfe",
                "strasse",
                "STRASSE",
                "Strasse",
                "strasse ",
                " strasse",
                "str\u00e4sse",
                "stra\u0308sse",
                "str%sse",
                "str_sse",
                "str'sse",
                "str\\sse",
                "str\nsse",
                "str\u200bsse",
                "\u0130",
                "i",
                "I",
                "\u0131",
                "\ud83d\ude00",
                "\ud83d\ude01",
                "\u05d0\u202e",
                "*",
                "\ufffd")
            .map(text -> unique + text)
            .toList();
    List<TokenRecord> records =
        alike.stream().map(text -> fixture.insert(of(fixture, text))).toList();

    for (TokenRecord record : records) {
      assertThat(store().list(record.subject(), fixture.now(), null, 9)).containsExactly(record);
    }
    assertThat(store().revokeAll(Selection.ofSubject(alike.get(1)), fixture.closedNow(), 9))
        .containsExactly(records.get(1).id());
  }

  @Test
  default void s15_textsOfEveryKindComeBackInEveryComponent() {
    StoreFixture fixture = new StoreFixture(this);
    String unique = StoreFixture.newId().toString();

    for (String text : SampleTexts.ALL) {
      String subject = unique + text;
      TokenRecord record =
          fixture.insert(
              of(fixture, subject)
                  .roles(Set.of(text, SampleTexts.repeated(text, 4_000), "", unique))
                  .group(unique + text + text)
                  .client(text)
                  .binding(text)
                  .attributes(Map.of(text, SampleTexts.repeated(text, 4_000), "", text)));
      fixture.assertUnchanged(record);
      assertThat(store().list(subject, fixture.now(), null, 9)).containsExactly(record);
    }
  }

  @Test
  default void s15_textsThatACharacterSetConfusesAreKeptApart() {
    StoreFixture fixture = new StoreFixture(this);

    for (List<String> confused : SampleTexts.CONFUSABLE) {
      String unique = StoreFixture.newId().toString();
      List<TokenRecord> records =
          confused.stream().map(text -> insertWithText(fixture, unique, text)).toList();
      fixture.assertUnchanged(records.toArray(TokenRecord[]::new));
      for (TokenRecord record : records) {
        assertThat(otherNode().list(record.subject(), fixture.now(), null, 9))
            .containsExactly(record);
      }
      for (TokenRecord record : records) {
        Selection selection = Selection.ofSubject(record.subject());
        assertThat(store().revokeAll(selection, fixture.closedNow(), 9))
            .containsExactly(record.id());
      }
    }
  }

  /** Inserts a record whose texts differ from those of other records only by the given text. */
  private TokenRecord insertWithText(StoreFixture fixture, String unique, String text) {
    TokenRecord record =
        of(fixture, unique + text)
            .group("group " + unique + text)
            .client(text)
            .binding(text)
            .roles(Set.of(text))
            .attributes(Map.of(text, text))
            .build();
    assertThat(store().insert(record, new Limit(1, REJECT), fixture.now()))
        .isEqualTo(InsertResult.of(INSERTED));
    return record;
  }

  @Test
  default void s15_longestSubjectAndAttributesComeBack() {
    StoreFixture fixture = new StoreFixture(this);
    String unique = StoreFixture.newId().toString();
    for (String filling : List.of("x", "\u00fc", "\u6f22", "\ud83d\ude00")) {
      int room = TokenRecord.MAX_SUBJECT_LENGTH - unique.length();
      String subject = unique + filling.repeat(room / filling.length());
      TokenRecord record = fixture.insert(of(fixture, subject).attributes(attributes(filling)));
      assertThat(store().list(subject, fixture.now(), null, 9)).containsExactly(record);
      fixture.assertUnchanged(record);
    }
  }

  @Test
  default void s15_groupsOfAnyTextAreKeptApart() {
    StoreFixture fixture = new StoreFixture(this);

    for (String group :
        List.of("g", "G", "g ", " g", "\u01f5", "g\u0301", "%", "_", "\ud83d\ude00")) {
      TokenRecord record = fixture.lasting().group(fixture.group + group).build();
      assertThat(store().insert(record, new Limit(1, REJECT), fixture.now()))
          .isEqualTo(InsertResult.of(INSERTED));
    }
  }

  private static TokenRecord.Builder of(StoreFixture fixture, String subject) {
    return TokenRecord.builder(StoreFixture.newId(), TokenKind.OPEN, subject, fixture.now());
  }

  /** Returns the largest attributes allowed, made of a filling of any size in UTF-8. */
  private static Map<String, String> attributes(String filling) {
    int size = filling.getBytes(StandardCharsets.UTF_8).length;
    return Map.of("name", filling.repeat((TokenDetails.MAX_ATTRIBUTE_BYTES - 4) / size));
  }
}
