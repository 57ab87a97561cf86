package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.container.ChainClient.Run;

/**
 * The rule that a protected page runs only with an accepted token, however a request is dispatched.
 * A request with a token runs the same pages as the application without the filter; a request
 * without a token runs them up to the first step that leads to a page that is not public.
 */
final class DispatchChainsIT {

  /** The property: {@code all}, which takes minutes a container, or the number of a sample. */
  private static final String CHAINS = System.getProperty("dispatch.chains", "");

  /**
   * The number of chains of which a container runs one, by their number of steps. Of the chains of
   * two steps, every second one runs on one of the four containers.
   */
  private static final List<Integer> STRIDES = List.of(1, 1, 8, 128);

  /** The number of this sample, so that each chain runs on each container sooner or later. */
  private static final int SAMPLE =
      CHAINS.matches("[0-9]+")
          ? Integer.parseInt(CHAINS)
          : ThreadLocalRandom.current().nextInt(128);

  private static final String PUBLIC_PAGE = "public/page/0";
  private static final String PROTECTED_PAGE = "secure/page/0";

  /**
   * The forced orders of consecutive threads; OutermostDispatch in the package {@code chain}
   * describes them.
   */
  private static final List<String> ORDERS = List.of("late", "between");

  /** The loggers that would log each exception of the pages with its stack trace. */
  private static final List<Logger> NOISY_LOGGERS =
      Stream.of("org.apache", "io.undertow", "org.eclipse.jetty").map(Logger::getLogger).toList();

  @BeforeAll
  static void silenceLoggers() {
    NOISY_LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
  }

  @AfterAll
  static void restoreLoggers() {
    NOISY_LOGGERS.forEach(logger -> logger.setLevel(null));
  }

  @ParameterizedTest
  @EnumSource
  void protectedPageRunsOnlyWithAcceptedToken(Container container) throws Exception {
    String sample = CHAINS.equals("all") ? "all" : "-Ddispatch.chains=" + SAMPLE;
    print(container + ", chains: " + sample);
    List<DispatchChain> all = chainsFor(container);
    List<DispatchChain> byPath = all.stream().filter(chain -> !chain.hasStepByName()).toList();
    print(
        container
            + ", filter mapped to paths: %d chains; %d with a step by name are left out, since it is not mapped to names"
                .formatted(byPath.size(), all.size() - byPath.size()));
    print("%s, filter mapped to paths and names: %d chains".formatted(container, all.size()));
    List<String> wrong = new ArrayList<>();
    try (ChainClient client = new ChainClient(container, ChainApplication.UNPROTECTED)) {
      ChainRunner without = chains -> client.run(chains, PUBLIC_PAGE);
      UnprotectedBaseline baseline = new UnprotectedBaseline(without, without.run(all));
      wrong.addAll(findMistakes(container, ChainApplication.BY_PATH, byPath, baseline));
      wrong.addAll(findMistakes(container, ChainApplication.BY_PATH_AND_NAME, all, baseline));
    }
    assertThat(wrong).as(sample).isEmpty();
  }

  private static List<DispatchChain> chainsFor(Container container) {
    List<DispatchChain> all = sampledChains(container);
    if (container != Container.UNDERTOW) {
      return all;
    }
    List<DispatchChain> ended = all.stream().filter(it -> !it.errorPageContinuesAsync()).toList();
    print(
        ("%s: %d chains whose error page continues asynchronously are left out, since it does not"
                + " complete all of them")
            .formatted(container, all.size() - ended.size()));
    return ended;
  }

  /** Returns the chains to run, which are different ones on each container. */
  private static List<DispatchChain> sampledChains(Container container) {
    List<DispatchChain> all = DispatchChain.all();
    if (CHAINS.equals("all")) {
      return all;
    }
    int first = SAMPLE + List.of(Container.values()).indexOf(container);
    List<DispatchChain> sampled = new ArrayList<>();
    for (int steps = 0; steps < STRIDES.size(); steps++) {
      int length = steps;
      List<DispatchChain> ofLength =
          all.stream().filter(chain -> chain.steps().size() == length).toList();
      int stride = STRIDES.get(steps);
      for (int i = first % stride; i < ofLength.size(); i += stride) {
        sampled.add(ofLength.get(i));
      }
    }
    return sampled;
  }

  /** Returns the chains to run with forced orders. */
  private static List<DispatchChain> threadedChains(List<DispatchChain> chains) {
    return chains.stream()
        .filter(DispatchChain::continuesAcrossThreads)
        .filter(chain -> !chain.isNondeterministic())
        .toList();
  }

  private static void print(String line) {
    System.out.println(line);
  }

  /**
   * Returns the ways in which pages disguise a request. Undertow recognizes an include by name only
   * by its attributes: see ADR 0006.
   */
  private static List<String> disguises(Container container) {
    return container == Container.UNDERTOW
        ? List.of("wrapper", "path")
        : List.of("wrapper", "path", "attributes");
  }

  private static List<String> findMistakes(
      Container container,
      ChainApplication application,
      List<DispatchChain> chains,
      UnprotectedBaseline baseline)
      throws Exception {
    List<String> wrong = new ArrayList<>();
    try (ChainClient client = new ChainClient(container, application)) {
      List<DispatchChain> needed = chains.stream().filter(DispatchChain::reachesLastStep).toList();
      wrong.addAll(
          baseline.findMistakes(
              application + " no token ",
              needed,
              those -> client.run(those, PUBLIC_PAGE),
              DispatchChainsIT::isHarmless,
              DispatchChainsIT::isCorrectWithoutToken));
      List<DispatchChain> shorter =
          needed.stream().filter(chain -> chain.steps().size() < 3).toList();
      for (String dress : disguises(container)) {
        client
            .run(shorter, PUBLIC_PAGE, "Chain-Dress", dress)
            .forEach(
                (chain, run) -> {
                  if (!chain.areAllowedWithoutToken(run.pageNames())
                      || run.body().contains("secret")) {
                    wrong.add(application + " " + dress + " " + chain + " " + run);
                  }
                });
      }
      List<DispatchChain> threaded = threadedChains(chains);
      print(container + ", " + threaded.size() + " chains with their threads in two orders");
      for (String order : ORDERS) {
        client
            .runInOrder(order, threaded, PUBLIC_PAGE)
            .forEach(
                (chain, run) -> {
                  if (!isHarmless(chain, run)) {
                    wrong.add(application + " no token, " + order + " " + chain + " " + run);
                  }
                });
        client
            .runInOrder(order, threaded, PUBLIC_PAGE, client.logIn())
            .forEach(
                (chain, run) -> {
                  if (!hasUserOnEveryPage(run)) {
                    wrong.add(application + " token, " + order + " " + chain + " " + run);
                  }
                });
      }
      List<DispatchChain> refusals =
          needed.stream().filter(DispatchChain::startsLikeRefusal).toList();
      wrong.addAll(
          baseline.findMistakes(
              application + " refused ",
              refusals,
              those -> runAfterRefusal(client, those),
              DispatchChainsIT::isHarmless,
              DispatchChainsIT::isCorrectWithoutToken));
      String[] token = client.logIn();
      wrong.addAll(
          baseline.findMistakes(
              application + " token ",
              chains,
              those -> client.run(those, PUBLIC_PAGE, token),
              (chain, run) -> hasUserOnEveryPage(run),
              (chain, run, expected) ->
                  chain.isNondeterministic() || run.pageNames().equals(expected)));
      print(
          "%s, %s: %d requests without a token, %d refused by sendError, %d with one"
              .formatted(container, application, needed.size(), refusals.size(), chains.size()));
    }
    return wrong;
  }

  /**
   * Runs the chains that follow a refusal, and returns their runs as if the refusal had been an
   * error of a public page.
   */
  private static Map<DispatchChain, Run> runAfterRefusal(
      ChainClient client, List<DispatchChain> chains) throws Exception {
    Map<DispatchChain, Run> rest =
        client.run(
            chains.stream().map(DispatchChain::rest).toList(),
            PROTECTED_PAGE,
            "Chain-Refusal",
            "sendError");
    return chains.stream()
        .collect(
            Collectors.toMap(
                chain -> chain,
                chain -> shiftBehindPublicPage(Objects.requireNonNull(rest.get(chain.rest())))));
  }

  /** Returns true if nothing protected ran in a run without a token, and no page had a user. */
  private static boolean isHarmless(DispatchChain chain, Run run) {
    return chain.areAllowedWithoutToken(run.pageNames())
        && !run.body().contains("secret")
        && run.pages().stream().allMatch(page -> page.endsWith("=null"));
  }

  /** Returns true if every page had a user in a run with a token. */
  private static boolean hasUserOnEveryPage(Run run) {
    return run.pages().stream().noneMatch(page -> page.endsWith("=null"));
  }

  private static boolean isCorrectWithoutToken(
      DispatchChain chain, Run run, List<String> expected) {
    return chain.isCorrectWithoutToken(run.pageNames(), expected);
  }

  /** Returns the run with a public page in front, whose error would have led to its first page. */
  private static Run shiftBehindPublicPage(Run run) {
    Stream<String> moved =
        run.pages().stream()
            .map(
                page -> {
                  int end = page.indexOf('=');
                  int position = Integer.parseInt(page.substring(1, end)) + 1;
                  return page.charAt(0) + "" + position + page.substring(end);
                });
    return new Run(Stream.concat(Stream.of("P0=null"), moved).toList(), run.status(), run.body());
  }

  /** An application that runs chains. */
  private interface ChainRunner {
    Map<DispatchChain, Run> run(List<DispatchChain> chains) throws Exception;
  }

  /** A check whether the pages of a run are allowed, given those that run without the filter. */
  private interface Comparison {
    boolean isCorrect(DispatchChain chain, Run run, List<String> expected);
  }

  /** The application without the filter, and the runs there. */
  private record UnprotectedBaseline(ChainRunner runner, Map<DispatchChain, Run> runs) {

    /** The maximum number of runs of a chain whose pages do not match. */
    private static final int MAX_ATTEMPTS = 4;

    /**
     * Returns the runs that are wrong. If threads and errors interleave, a container may complete a
     * request nondeterministically: pages that do not match count only if they still do not match
     * after repeated runs of the chain, with the filter and without it. A harmful run counts at
     * once.
     */
    List<String> findMistakes(
        String name,
        List<DispatchChain> chains,
        ChainRunner filtered,
        BiPredicate<DispatchChain, Run> harmless,
        Comparison comparison)
        throws Exception {
      List<String> wrong = new ArrayList<>();
      Map<DispatchChain, Run> without = runs;
      List<DispatchChain> asked = chains;
      for (int attempt = 1; !asked.isEmpty(); attempt++) {
        List<DispatchChain> again = new ArrayList<>();
        Map<DispatchChain, Run> with = filtered.run(asked);
        for (DispatchChain chain : asked) {
          Run run = Objects.requireNonNull(with.get(chain));
          List<String> expected = Objects.requireNonNull(without.get(chain)).pageNames();
          boolean harm = !harmless.test(chain, run);
          if (!harm && comparison.isCorrect(chain, run, expected)) {
            continue;
          }
          if (harm || attempt == MAX_ATTEMPTS) {
            wrong.add(name + chain + " " + run + " not " + expected);
          } else {
            again.add(chain);
          }
        }
        without = runner.run(again);
        asked = again;
      }
      return wrong;
    }
  }
}
