package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.tokenfilter.store.TokenStoreException;

class ClauseReportTest {

  @Test
  void failureBeginsWithItsClauseAndTheUsualCause() {
    assertThat(messages(Failing.class))
        .contains(
            Clause.S12.described() + System.lineSeparator() + "one is missing",
            "a test of the author");
    assertThat(Clause.S12.described())
        .startsWith("S12 changes: each acknowledged change")
        .contains(". Usual cause: ");
  }

  @Test
  void callThatThrewIsNamedAsTheFirstThingToLookAt() {
    assertThat(messages(Failing.class))
        .anyMatch(
            message ->
                message.startsWith(Clause.S07.described() + " Here a call of the store threw")
                    && message.contains("no connection within 2 s"));
  }

  @Test
  void classOfWhichEveryTestIsSkippedFails() {
    TestExecutionSummary summary = run(Skipping.class);

    assertThat(summary.getTestsAbortedCount()).isEqualTo(1);
    assertThat(summary.getFailures())
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure.getException())
                    .hasMessageContaining("no clause was executed")
                    .hasMessageContaining("Skipping"));
  }

  @Test
  void classOfWhichOneTestIsExecutedPasses() {
    assertThat(run(Passing.class).getTotalFailureCount()).isZero();
  }

  @Test
  void everyTestOfTheContractBelongsToAClause() {
    List<String> tests =
        Arrays.stream(TokenStoreContract.class.getMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(method -> method.getName())
            .toList();

    assertThat(tests).allMatch(test -> Clause.ofTest(test).isPresent());
    assertThat(Clause.values())
        .allMatch(
            clause ->
                tests.stream()
                    .anyMatch(test -> test.startsWith(clause.name().toLowerCase(Locale.ROOT))));
  }

  private static Stream<String> messages(Class<?> type) {
    return run(type).getFailures().stream().map(failure -> failure.getException().getMessage());
  }

  private static TestExecutionSummary run(Class<?> type) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(type))
                .configurationParameter("junit.jupiter.conditions.deactivate", "*Disabled*")
                .build(),
            listener);
    return listener.getSummary();
  }

  @Disabled("run by the test above only")
  @ExtendWith(ClauseReport.class)
  static class Failing {

    @Test
    void s12_oneIsMissing() {
      fail("one is missing");
    }

    @Test
    void s07_callThrows() {
      throw new IllegalStateException(
          new TokenStoreException("no connection within 2 s", null, true));
    }

    @Test
    void ofTheAuthor() {
      fail("a test of the author");
    }
  }

  @Disabled("run by the test above only")
  @ExtendWith(ClauseReport.class)
  static class Skipping {

    @Test
    void s12_skipped() {
      assumeTrue(false, "no database");
    }
  }

  @Disabled("run by the test above only")
  @ExtendWith(ClauseReport.class)
  static class Passing {

    @Test
    void s12_skipped() {
      assumeTrue(false, "no database");
    }

    @Test
    void s13_executed() {}
  }
}
