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
   * @param how {@code F} forward and {@code I} include by path, {@code N} and {@code M} by name,
   *     {@code D} async dispatch, {@code E} sendError, {@code X} an exception
   * @param target {@code P} public, {@code S} protected, {@code V} a view below WEB-INF, {@code O}
   *     the page's own path
   */
  record Step(char thread, char how, char target) {

    private boolean byName() {
      return how == 'N' || how == 'M';
    }

    private boolean error() {
      return how == 'E' || how == 'X';
    }

    private boolean asynchronous() {
      return thread != '-' || how == 'D';
    }

    private boolean toOwnPath() {
      return target == 'O';
    }

    /**
     * Returns true if a page reached by this step is shown to a client without a token.
     *
     * @param page the letter of the page, in lower case for an error page
     */
    private boolean isOpen(char page, boolean fromErrorPage) {
      if (error() && !fromErrorPage) {
        return true;
      }
      char place = Character.toUpperCase(page);
      return !byName() && (place == 'P' || place == 'V');
    }

    @Override
    public String toString() {
      return "" + thread + how + target;
    }
  }

  /** A reason for which a dispatch by path may look like one by name, and then needs a token. */
  private enum Doubt {
    NONE {
      @Override
      boolean isOf(Step step, char page, List<String> before) {
        return false;
      }
    },

    /** A dispatch to the page's own path. */
    OWN_PATH {
      @Override
      boolean isOf(Step step, char page, List<String> before) {
        return step.toOwnPath();
      }
    },

    /** An error dispatch to the page of an earlier error: that page may not have returned yet. */
    SAME_ERROR_PAGE {
      @Override
      boolean isOf(Step step, char page, List<String> before) {
        return step.error() && before.stream().anyMatch(it -> it.charAt(0) == page);
      }
    };

    /**
     * @param page the letter of the page that the step leads to
     * @param before the pages that ran before it
     */
    abstract boolean isOf(Step step, char page, List<String> before);
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
    boolean shorter = chain.errorPageGoesOn() || (thread != '-' && chain.viewGoesOn());
    if (shorter && chain.steps.size() > 2) {
      return;
    }
    if (thread == '-' || chain.steps.stream().anyMatch(step -> step.thread == thread)) {
      all.add(chain);
    }
    if (chain.steps.size() < longest && chain.goesOn()) {
      steps(thread).forEach(step -> extend(chain.and(step), thread, longest, all));
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

  private DispatchChain and(Step step) {
    return new DispatchChain(Stream.concat(steps.stream(), Stream.of(step)).toList());
  }

  private boolean goesOn() {
    if (steps.isEmpty()) {
      return true;
    }
    Step last = steps.get(steps.size() - 1);
    return last.error() || last.target == 'P' || last.target == 'V';
  }

  /** Returns true if the view of a public page, and not of an error page, continues. */
  private boolean viewGoesOn() {
    return steps.stream()
        .limit(Math.max(0, steps.size() - 1))
        .takeWhile(step -> !step.error())
        .anyMatch(step -> step.target == 'V');
  }

  /** Returns true if the first step leads to the error page that a refusal has here, too. */
  boolean beginsAsARefusal() {
    return !steps.isEmpty() && steps.get(0).toString().equals("-ES");
  }

  /** Returns the chain without its first step. */
  DispatchChain rest() {
    return new DispatchChain(steps.subList(1, steps.size()));
  }

  /** Returns true if a thread continues from a dispatch of another thread. */
  boolean goesOnFromThreadToThread() {
    return steps.stream().filter(Step::asynchronous).count() > 1
        && steps.stream().anyMatch(step -> step.thread == 'a' || step.thread == 'u')
        && steps.stream().noneMatch(Step::error);
  }

  boolean hasStepByName() {
    return steps.stream().anyMatch(Step::byName);
  }

  /** Returns true if an error page, or a page that it leads to, continues asynchronously. */
  boolean errorPageGoesOn() {
    return steps.stream().dropWhile(step -> !step.error()).anyMatch(Step::asynchronous);
  }

  /**
   * Returns true if the pages that run depend on timing: containers may complete a request whose
   * error page continues asynchronously, and one that fails or is dispatched again on another
   * thread.
   */
  boolean isLeftToChance() {
    return errorPageGoesOn()
        || steps.stream()
            .dropWhile(step -> step.thread == '-' || step.how == 'D')
            .anyMatch(step -> step.error() || step.how == 'D');
  }

  /**
   * Returns true if all steps but the last are taken without a token; otherwise a shorter chain
   * covers the same.
   */
  boolean isTakenToItsLastStep() {
    List<String> pages = new ArrayList<>(List.of("P0"));
    for (Step step : steps.subList(0, Math.max(0, steps.size() - 1))) {
      String letter = step.toOwnPath() ? "P" : "" + step.target;
      pages.add((step.error() ? letter.toLowerCase(Locale.ROOT) : letter) + pages.size());
    }
    return open(pages, Doubt.NONE).equals(pages);
  }

  /**
   * Returns true if exactly these pages may run for a client without a token.
   *
   * @param ran the pages that ran, such as {@code P0 s1}
   * @param unprotected the pages that run without the filter
   */
  boolean isRightWithoutToken(List<String> ran, List<String> unprotected) {
    if (isLeftToChance()) {
      return areOpen(ran);
    }
    return Stream.of(Doubt.values()).anyMatch(doubt -> ran.equals(open(unprotected, doubt)));
  }

  /** Returns true if all of these pages may run for a client without a token. */
  boolean areOpen(List<String> pages) {
    return pages.equals(open(pages, Doubt.NONE));
  }

  /**
   * Returns the pages up to the first one that is not shown to a client without a token.
   *
   * @param doubt a reason for which further pages are not shown
   */
  private List<String> open(List<String> pages, Doubt doubt) {
    List<String> open = new ArrayList<>();
    boolean fromErrorPage = false;
    for (String page : pages) {
      int position = Integer.parseInt(page.substring(1));
      Step step = position == 0 ? null : steps.get(position - 1);
      if (step != null
          && (doubt.isOf(step, page.charAt(0), open)
              || !(step.toOwnPath() || step.isOpen(page.charAt(0), fromErrorPage)))) {
        break;
      }
      fromErrorPage |= step != null && step.error();
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
