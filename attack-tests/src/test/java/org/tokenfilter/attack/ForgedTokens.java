package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.forgery.BaseToken;

/** Cases with texts that are made from a live token, on routes that accept that token. */
final class ForgedTokens {

  /** The length below which a text can appear in a log by chance. */
  private static final int SHORTEST_SECRET = 20;

  private final AttackedApp app;
  private final BaseTokens baseTokens;
  private final List<AttackCase> rows = new ArrayList<>();

  ForgedTokens(AttackedApp app, BaseTokens seeds) {
    this.app = app;
    this.baseTokens = seeds;
  }

  /** Adds each text that is made from a base token, on each of these routes. */
  ForgedTokens add(Collection<TokenRoute> ways, Function<BaseToken, Map<String, String>> made) {
    for (TokenRoute way : ways) {
      BaseToken seed = baseTokens.forRoute(way);
      made.apply(seed)
          .forEach(
              (name, text) -> {
                if (!way.isCookieSyntax(text, seed.token())) {
                  rows.add(row(name, text, way, seed));
                }
              });
    }
    return this;
  }

  /** Returns every case at a multiple of this step. */
  List<AttackCase> sample(int step) {
    return IntStream.range(0, rows.size()).filter(i -> i % step == 0).mapToObj(rows::get).toList();
  }

  List<AttackCase> rows() {
    return rows;
  }

  private AttackCase row(String name, String text, TokenRoute way, BaseToken seed) {
    return new AttackCase(
        name + ", by " + way,
        way.refusals(text),
        it -> {
          if (text.length() >= SHORTEST_SECRET) {
            app.secret(text);
          }
          Answer answer = way.send(it.http(), text);
          assertThat(it.security.service().introspect(seed.token()))
              .as("the genuine token is still valid")
              .isPresent();
          return answer;
        });
  }
}
