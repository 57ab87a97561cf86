package org.tokenfilter.integration.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request to a public page, followed by a chain of dispatches. The steps are those that the pages
 * of the package {@code chain} take.
 */
record DispatchChain(List<Step> steps) {

  /**
   * One dispatch.
   *
   * @param thread {@code -} for the thread of the page; after startAsync, {@code w} for one that
   *     the page waits for, {@code a} for one that starts after the page has returned, {@code u}
   *     for such a one with the request as the container created it
   * @param kind {@code F} forward and {@code I} include by path, {@code N} and {@code M} by name,
   *     {@code D} async dispatch, {@code E} sendError, {@code X} an exception
   * @param target {@code P} public, {@code S} protected, {@code V} a view below WEB-INF, {@code O}
   *     the page's own path
   */
  record Step(char thread, char kind, char target) {

    private boolean isByName() {
      return kind == 'N' || kind == 'M';
    }

    private boolean isError() {
      return kind == 'E' || kind == 'X';
    }

    private boolean isAsynchronous() {
      return thread != '-' || kind == 'D';
    }

    private boolean targetsOwnPath() {
      return target == 'O';
    }

    /**
     * Returns true if a page reached by this step is shown to a client without a token.
     *
     * @param page the letter of the page, in lower case for an error page
     */
    private boolean isAllowedWithoutToken(char page, boolean fromErrorPage) {
      if (isError() && !fromErrorPage) {
        return true;
      }
      char place = Character.toUpperCase(page);
      return !isByName() && (place == 'P' || place == 'V');
    }

    @Override
    public String toString() {
      return "" + thread + kind + target;
    }
  }

  /** A reason for which a dispatch by path may look like one by name, and then needs a token. */
  private enum Ambiguity {
    NONE {
      @Override
      boolean appliesTo(Step step, char page, List<String> before) {
        return false;
      }
    },

    /** A dispatch to the page's own path. */
    OWN_PATH {
      @Override
      boolean appliesTo(Step step, char page, List<String> before) {
        return step.targetsOwnPath();
      }
    },

    /** An error dispatch to the page of an earlier error: that page may not have returned yet. */
    SAME_ERROR_PAGE {
      @Override
      boolean appliesTo(Step step, char page, List<String> before) {
        return step.isError() && before.stream().anyMatch(it -> it.charAt(0) == page);
      }
    };

    /**
     * @param page the letter of the page that the step leads to
     * @param before the pages that ran before it
     */
    abstract boolean appliesTo(Step step, char page, List<String> before);
  }

  /**
   * Returns all chains of up to three steps; of up to two with threads of the kinds {@code w} and
   * {@code u}, if the error page continues asynchronously, or if the view of a public page
   * continues with threads. A protected page continues only if it is an error page. In a chain with
   * threads, all are of one kind.
   */
  static List<DispatchChain> all() {
    List<DispatchChain> all = new ArrayList<>();
    DispatchChain request = new DispatchChain(List.of());
    extend(request, '-', 3, all);
    extend(request, 'a', 3, all);
    extend(request, 'w', 2, all);
    extend(request, 'u', 2, all);
    return all;
  }

  private static void extend(
      DispatchChain chain, char thread, int longest, List<DispatchChain> all) {
    boolean shorter = chain.errorPageContinuesAsync() || (thread != '-' && chain.viewContinues());
    if (shorter && chain.steps.size() > 2) {
      return;
    }
    if (thread == '-' || chain.steps.stream().anyMatch(step -> step.thread == thread)) {
      all.add(chain);
    }
    if (chain.steps.size() < longest && chain.continues()) {
      steps(thread).forEach(step -> extend(chain.append(step), thread, longest, all));
    }
  }

  private static Stream<Step> steps(char thread) {
    Stream<Step> own = steps('-', "FI", "PSVO", "NMDEX", "PSV");
    return thread == '-' ? own : Stream.concat(own, steps(thread, "FI", "PSVO", "NMD", "PSV"));
  }

  private static Stream<Step> steps(
      char thread, String byPath, String paths, String others, String places) {
    return Stream.concat(steps(thread, byPath, paths), steps(thread, others, places));
  }

  private static Stream<Step> steps(char thread, String hows, String targets) {
    return hows.chars()
        .boxed()
        .flatMap(
            how ->
                targets
                    .chars()
                    .mapToObj(target -> new Step(thread, (char) (int) how, (char) target)));
  }

  private DispatchChain append(Step step) {
    return new DispatchChain(Stream.concat(steps.stream(), Stream.of(step)).toList());
  }

  private boolean continues() {
    if (steps.isEmpty()) {
      return true;
    }
    Step last = steps.get(steps.size() - 1);
    return last.isError() || last.target == 'P' || last.target == 'V';
  }

  /** Returns true if the view of a public page, and not of an error page, continues. */
  private boolean viewContinues() {
    return steps.stream()
        .limit(Math.max(0, steps.size() - 1))
        .takeWhile(step -> !step.isError())
        .anyMatch(step -> step.target == 'V');
  }

  /** Returns true if the first step leads to the error page that a refusal has here, too. */
  boolean startsLikeRefusal() {
    return !steps.isEmpty() && steps.get(0).toString().equals("-ES");
  }

  /** Returns the chain without its first step. */
  DispatchChain rest() {
    return new DispatchChain(steps.subList(1, steps.size()));
  }

  /** Returns true if a thread continues from a dispatch of another thread. */
  boolean continuesAcrossThreads() {
    return steps.stream().filter(Step::isAsynchronous).count() > 1
        && steps.stream().anyMatch(step -> step.thread == 'a' || step.thread == 'u')
        && steps.stream().noneMatch(Step::isError);
  }

  boolean hasStepByName() {
    return steps.stream().anyMatch(Step::isByName);
  }

  /** Returns true if an error page, or a page that it leads to, continues asynchronously. */
  boolean errorPageContinuesAsync() {
    return steps.stream().dropWhile(step -> !step.isError()).anyMatch(Step::isAsynchronous);
  }

  /**
   * Returns true if the pages that run depend on timing: containers may complete a request whose
   * error page continues asynchronously, and one that fails or is dispatched again on another
   * thread.
   */
  boolean isNondeterministic() {
    return errorPageContinuesAsync()
        || steps.stream()
            .dropWhile(step -> step.thread == '-' || step.kind == 'D')
            .anyMatch(step -> step.isError() || step.kind == 'D');
  }

  /**
   * Returns true if all steps but the last are taken without a token; otherwise a shorter chain
   * covers the same.
   */
  boolean reachesLastStep() {
    List<String> pages = new ArrayList<>(List.of("P0"));
    for (Step step : steps.subList(0, Math.max(0, steps.size() - 1))) {
      String letter = step.targetsOwnPath() ? "P" : "" + step.target;
      pages.add((step.isError() ? letter.toLowerCase(Locale.ROOT) : letter) + pages.size());
    }
    return allowedPrefix(pages, Ambiguity.NONE).equals(pages);
  }

  /**
   * Returns true if exactly these pages may run for a client without a token.
   *
   * @param ran the pages that ran, such as {@code P0 s1}
   * @param unprotected the pages that run without the filter
   */
  boolean isCorrectWithoutToken(List<String> ran, List<String> unprotected) {
    if (isNondeterministic()) {
      return areAllowedWithoutToken(ran);
    }
    return Stream.of(Ambiguity.values())
        .anyMatch(ambiguity -> ran.equals(allowedPrefix(unprotected, ambiguity)));
  }

  /** Returns true if all of these pages may run for a client without a token. */
  boolean areAllowedWithoutToken(List<String> pages) {
    return pages.equals(allowedPrefix(pages, Ambiguity.NONE));
  }

  /**
   * Returns the pages up to the first one that is not shown to a client without a token.
   *
   * @param ambiguity a reason for which further pages are not shown
   */
  private List<String> allowedPrefix(List<String> pages, Ambiguity ambiguity) {
    List<String> open = new ArrayList<>();
    boolean fromErrorPage = false;
    for (String page : pages) {
      int position = Integer.parseInt(page.substring(1));
      Step step = position == 0 ? null : steps.get(position - 1);
      if (step != null
          && (ambiguity.appliesTo(step, page.charAt(0), open)
              || !(step.targetsOwnPath()
                  || step.isAllowedWithoutToken(page.charAt(0), fromErrorPage)))) {
        break;
      }
      fromErrorPage |= step != null && step.isError();
      open.add(page);
    }
    return open;
  }

  /** Returns the value of the header that makes the pages take these steps. */
  @Override
  public String toString() {
    return steps.stream().map(Step::toString).collect(Collectors.joining(","));
  }
}
