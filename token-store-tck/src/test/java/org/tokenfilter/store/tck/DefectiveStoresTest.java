package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Checks the kit: a store that violates a clause fails a test of that clause, and a correct store
 * fails none.
 */
class DefectiveStoresTest {

  private static final List<String> TABLE = new ArrayList<>();

  private final Launcher launcher = LauncherFactory.create();

  @Test
  void correctStorePassesAllClauses() {
    TestExecutionSummary all = run(Defect.of("s", "(correct)", Node::new));
    assertThat(all.getTestsFoundCount()).isGreaterThan(70);
    assertThat(all.getFailures()).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> defectiveStoreFailsTheViolatedClause() {
    return Stream.of(
            InsertionDefects.all(),
            ReadingDefects.all(),
            RenewalDefects.all(),
            ReplacementDefects.all(),
            RevocationDefects.all(),
            SelectionDefects.all(),
            ChangesDefects.all(),
            AmendmentDefects.all(),
            MarkDefects.all(),
            FailureDefects.all(),
            ShardDefects.all(),
            SweepDefects.all(),
            FidelityDefects.all(),
            DetailsDefects.all(),
            LifecycleDefects.all())
        .flatMap(List::stream)
        .map(
            defect ->
                DynamicTest.dynamicTest(
                    defect.testPrefix() + " " + defect.description(),
                    () -> assertThat(failedTests(defect)).isNotEmpty()));
  }

  @AfterAll
  static void writeTable() throws IOException {
    TABLE.sort(Comparator.naturalOrder());
    TABLE.forEach(System.out::println);
    Files.write(Path.of("target", "broken-stores.txt"), TABLE);
  }

  private SortedSet<String> failedTests(Defect defect) {
    SortedSet<String> tests = new TreeSet<>();
    for (TestExecutionSummary.Failure failure : run(defect).getFailures()) {
      assertThat(failure.getException())
          .as("a failure names its clause")
          .hasMessageMatching("(?s)S\\d+ \\w+: .*\\. Usual cause: .*");
      failure
          .getTestIdentifier()
          .getSource()
          .ifPresent(source -> tests.add(((MethodSource) source).getMethodName()));
    }
    TABLE.add(row(defect, tests.size()));
    return tests;
  }

  /** Runs the tests that the defect names: a failure of another one proves nothing. */
  private TestExecutionSummary run(Defect defect) {
    DefectiveStoreContract.select(defect);
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(DefectiveStoreContract.class))
            .filters(named(defect.testPrefix()))
            .build(),
        listener);
    return listener.getSummary();
  }

  private static PostDiscoveryFilter named(String prefix) {
    return test ->
        FilterResult.includedIf(
            test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName().startsWith(prefix))
                .orElse(true));
  }

  private static String row(Defect defect, int tests) {
    return "%-4s %-50s caught by %d tests"
        .formatted(clause(defect.testPrefix()), defect.description(), tests);
  }

  private static String clause(String test) {
    return test.substring(0, 3);
  }
}
