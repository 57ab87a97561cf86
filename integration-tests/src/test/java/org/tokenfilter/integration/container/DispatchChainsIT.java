package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.container.ChainRuns.Run;

/**
 * However a request is dispatched, a protected page runs for an accepted token alone. What runs
 * without the filter is what runs with a token; without one, it runs up to the first step that
 * leads to what is not public.
 */
final class DispatchChainsIT {

  private static final String PUBLIC_PAGE = "public/page/0";
  private static final String PROTECTED_PAGE = "secure/page/0";

  /** The pages throw, and each exception is logged with its stack trace. */
  private static final List<Logger> LOUD =
      Stream.of("org.apache", "io.undertow", "org.eclipse.jetty").map(Logger::getLogger).toList();

  @BeforeAll
  static void silence() {
    LOUD.forEach(logger -> logger.setLevel(Level.OFF));
  }

  @AfterAll
  static void giveVoice() {
    LOUD.forEach(logger -> logger.setLevel(null));
  }

  @ParameterizedTest
  @EnumSource
  void protectedPageRunsForAnAcceptedTokenAlone(Container container) throws Exception {
    List<DispatchChain> all = chainsFor(container);
    List<DispatchChain> byPath = all.stream().filter(chain -> !chain.hasStepByName()).toList();
    Map<DispatchChain, Run> unprotected;
    try (ChainRuns runs = new ChainRuns(container, ChainApplication.UNPROTECTED)) {
      unprotected = runs.run(all, PUBLIC_PAGE);
    }
    tell(
        container
            + ", filter mapped to paths: %d chains; %d with a step by name are left out, since it is not mapped to names"
                .formatted(byPath.size(), all.size() - byPath.size()));
    tell("%s, filter mapped to paths and names: %d chains".formatted(container, all.size()));
    List<String> wrong = new ArrayList<>();
    wrong.addAll(mistakes(container, ChainApplication.BY_PATH, byPath, unprotected));
    wrong.addAll(mistakes(container, ChainApplication.BY_PATH_AND_NAME, all, unprotected));
    assertThat(wrong).isEmpty();
  }

  private static List<DispatchChain> chainsFor(Container container) {
    List<DispatchChain> all = DispatchChain.all();
    if (container != Container.UNDERTOW) {
      return all;
    }
    List<DispatchChain> ended = all.stream().filter(it -> !it.errorPageGoesOn()).toList();
    tell(
        ("%s: %d chains whose error page goes on asynchronously are left out, since it does not end"
                + " all of them")
            .formatted(container, all.size() - ended.size()));
    return ended;
  }

  private static void tell(String line) {
    System.out.println(line);
  }

  /** Undertow tells an include by name by its attributes alone: see ADR 0006. */
  private static List<String> dresses(Container container) {
    return container == Container.UNDERTOW ? List.of("wrapper") : List.of("wrapper", "attributes");
  }

  private static List<String> mistakes(
      Container container,
      ChainApplication application,
      List<DispatchChain> chains,
      Map<DispatchChain, Run> unprotected)
      throws Exception {
    List<String> wrong = new ArrayList<>();
    try (ChainRuns runs = new ChainRuns(container, application)) {
      List<DispatchChain> needed =
          chains.stream().filter(DispatchChain::isTakenToItsLastStep).toList();
      runs.run(needed, PUBLIC_PAGE)
          .forEach(
              (chain, run) -> {
                List<String> expected = pages(unprotected, chain);
                if (!isRightWithoutToken(chain, run, run.pagesAlone(), expected)) {
                  wrong.add(application + " no token " + chain + " " + run + " not " + expected);
                }
              });
      List<DispatchChain> shorter =
          needed.stream().filter(chain -> chain.steps().size() < 3).toList();
      for (String dress : dresses(container)) {
        runs.run(shorter, PUBLIC_PAGE, "Chain-Dress", dress)
            .forEach(
                (chain, run) -> {
                  if (!chain.areOpen(run.pagesAlone()) || run.body().contains("secret")) {
                    wrong.add(application + " " + dress + " " + chain + " " + run);
                  }
                });
      }
      Map<DispatchChain, DispatchChain> refusals =
          needed.stream()
              .filter(DispatchChain::beginsAsARefusal)
              .collect(Collectors.toMap(DispatchChain::rest, chain -> chain));
      runs.run(List.copyOf(refusals.keySet()), PROTECTED_PAGE, "Chain-Refusal", "sendError")
          .forEach(
              (rest, run) -> {
                DispatchChain chain = Objects.requireNonNull(refusals.get(rest));
                List<String> expected = pages(unprotected, chain);
                if (!isRightWithoutToken(chain, run, afterAPage(run.pagesAlone()), expected)) {
                  wrong.add(application + " refused " + chain + " " + run + " not " + expected);
                }
              });
      runs.run(chains, PUBLIC_PAGE, runs.logIn())
          .forEach(
              (chain, run) -> {
                List<String> expected = pages(unprotected, chain);
                boolean same = chain.isLeftToChance() || run.pagesAlone().equals(expected);
                if (!same || run.pages().stream().anyMatch(page -> page.matches("S.*=null"))) {
                  wrong.add(application + " token " + chain + " " + run + " not " + expected);
                }
              });
      tell(
          "%s, %s: %d requests without a token, %d refused by sendError, %d with one"
              .formatted(container, application, needed.size(), refusals.size(), chains.size()));
    }
    return wrong;
  }

  private static List<String> pages(Map<DispatchChain, Run> runs, DispatchChain chain) {
    return Objects.requireNonNull(runs.get(chain)).pagesAlone();
  }

  private static boolean isRightWithoutToken(
      DispatchChain chain, Run run, List<String> pages, List<String> expected) {
    return chain.isRightWithoutToken(pages, expected)
        && !run.body().contains("secret")
        && run.pages().stream().allMatch(page -> page.endsWith("=null"));
  }

  /** The pages that would have run if the first of these had come of a public page's error. */
  private static List<String> afterAPage(List<String> pages) {
    return Stream.concat(
            Stream.of("P0"),
            pages.stream()
                .map(page -> page.charAt(0) + "" + (Integer.parseInt(page.substring(1)) + 1)))
        .toList();
  }
}
