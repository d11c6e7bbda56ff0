# The reference for statistics_r_test.py: reads persons.csv and requests.csv in the folder given,
# writes "case name ... value" as statistics_oracle does. survival 3.5-3 and cmprsk 2.2-11.
suppressMessages({library(survival); library(cmprsk)})
folder <- commandArgs(trailingOnly = TRUE)[1]
persons <- read.csv(file.path(folder, "persons.csv"))
persons <- split(persons, persons$case)
requests <- read.csv(file.path(folder, "requests.csv"), colClasses = "character")
out <- file(file.path(folder, "reference.txt"), "w")

say <- function(case, key, value) {
  if (length(value) == 0) return(invisible())
  value <- as.numeric(value)
  writeLines(paste(case, key, ifelse(is.na(value), "NA", sprintf("%.17g", value))), out)
}
conf_type <- function(kind) sub("_", "-", kind)
start_of <- function(p) ifelse(is.na(p$entry), -1, p$entry)
# R leaves the log-log band at 1 undefined; ours is [1, 1]. R's rounding leaves some 1e-15 of a
# state that is empty, or exceeds 1; at 0 the bands of logarithms, and Greenwood's error, are
# undefined.
at_edges <- function(bound, p, kind) {
  bound <- ifelse(kind == "log_log" & p > 1 - 1e-12, 1, bound)
  ifelse(kind != "plain" & p < 1e-12, NA, bound)
}

survival_case <- function(r, p) {
  kind <- r$a
  y <- if (all(is.na(p$entry))) Surv(p$exit, p$cause > 0) else
    Surv(start_of(p), p$exit, p$cause > 0)
  fit <- survfit(y ~ 1, weights = p$weight, id = seq_len(nrow(p)),
                 robust = r$b == "jackknife", conf.type = conf_type(kind))
  shown <- fit$n.event + fit$n.censor > 0
  t <- fit$time
  each <- function(name, value) say(r$case, paste(name, t)[shown], value[shown])
  each("n", fit$n.risk)
  each("d", fit$n.event)
  each("c", fit$n.censor)
  each("S", fit$surv)
  empty <- fit$surv < 1e-12
  each("se", if (fit$logse) ifelse(empty, NA, fit$std.err * fit$surv) else fit$std.err)
  fit$lower <- at_edges(fit$lower, fit$surv, kind)
  fit$upper <- at_edges(fit$upper, fit$surv, kind)
  if (fit$logse) fit$lower[empty] <- fit$upper[empty] <- NA
  each("low", fit$lower)
  each("high", fit$upper)
  for (percent in c(10, 25, 50, 75)) {
    q <- quantile(fit, percent / 100)
    # Where the curve ends on the line, quantile() is without tolerance, and rounding decides.
    on_line <- abs(min(fit$surv) - (1 - percent / 100)) < 1e-12
    if (!on_line) say(r$case, paste("quantile", percent), q$quantile)
    # quantile() sorts its band, which is wrong where a band rises again.
    rises <- function(bound) any(diff(bound[!is.na(bound)]) > 0)
    if (!rises(fit$lower)) say(r$case, paste("quantile_low", percent), q$lower)
    if (!rises(fit$upper)) say(r$case, paste("quantile_high", percent), q$upper)
  }
  table <- survival:::survmean(fit, rmean = as.numeric(r$c))$matrix
  say(r$case, paste("mean", r$c), table["rmean"])
  say(r$case, paste("mean_se", r$c), table["se(rmean)"])
}

competing_case <- function(r, p) {
  k <- as.integer(r$c)
  state <- factor(p$cause, 0:k)
  y <- if (all(is.na(p$entry))) Surv(p$exit, state) else Surv(start_of(p), p$exit, state)
  fit <- survfit(y ~ 1, weights = p$weight, id = seq_len(nrow(p)), influence = TRUE,
                 conf.type = conf_type(r$a))
  stopifnot(fit$states == c("(s0)", as.character(seq_len(k))))
  shown <- rowSums(fit$n.event) + fit$n.censor > 0
  for (s in 0:k) {
    each <- function(name, value) {
      say(r$case, paste(name, s, fit$time)[shown], value[shown])
    }
    column <- fit$pstate[, s + 1]
    each("P", column)
    each("se", fit$std.err[, s + 1])
    bound <- function(name, value) {
      value <- at_edges(value[, s + 1], column, r$a)
      say(r$case, paste0(s, " ", name, " ", fit$time)[shown], value[shown])
    }
    bound("low", fit$lower)
    bound("high", fit$upper)
  }
  tau <- as.numeric(r$d)
  table <- survival:::survmean2(survival:::survfit0(fit), rmean = tau)$matrix
  say(r$case, paste("mean", 0:k), table[, "rmean"])
  # survmean2 shifts its influence by one time if there are exits at 0, so it is summed here.
  before <- c(0, fit$time) < tau
  width <- diff(c(c(0, fit$time)[before], tau))
  area <- apply(fit$influence.pstate[, before, , drop = FALSE], c(1, 3), function(x) sum(x * width))
  error <- sqrt(colSums((area * p$weight)^2))
  if (min(fit$time) > 0 && all(p$weight == 1)) stopifnot(all.equal(error, table[, "se(rmean)"],
                                                                  check.attributes = FALSE))
  say(r$case, paste("mean_se", 0:k), error)
}

aalen_case <- function(r, p) {
  k <- as.integer(r$c)
  fit <- cuminc(p$exit, p$cause)
  times <- sort(unique(p$exit))
  points <- timepoints(fit, times)
  for (s in seq_len(k)) {
    say(r$case, paste("P", s, times), points$est[s, ])
    # Its sums cancel where everyone has failed of one cause: 1e-17, whose root is not small.
    say(r$case, paste("se", s, times), sqrt(ifelse(points$var[s, ] < 1e-15, 0, points$var[s, ])))
  }
}

rank_case <- function(r, p) {
  if (any(!is.na(p$entry))) {  # survdiff takes no late entry: the exact score test is the same
    stopifnot(r$a == "log_rank")
    y <- Surv(start_of(p), p$exit, p$cause > 0)
    fit <- coxph(y ~ factor(group) + strata(stratum), p, method = "exact", iter = 0)
    aliased <- diag(fit$var) == 0
    if (all(aliased)) say(r$case, "chi_square", NA)
    if (!any(aliased)) say(r$case, "chi_square", fit$score)
    return(invisible())
  }
  rho <- as.numeric(r$a == "peto_peto")
  y <- Surv(p$exit, p$cause > 0)
  fit <- tryCatch(
    if (length(unique(p$stratum)) > 1) survdiff(y ~ group + strata(stratum), p, rho = rho) else
      survdiff(y ~ group, p, rho = rho),
    error = function(e) if (grepl("singular", conditionMessage(e))) NULL else stop(e))
  if (is.null(fit)) {
    say(r$case, c("chi_square", "p"), NA)
    return(invisible())
  }
  sums <- function(x) if (is.matrix(x)) rowSums(x) else x
  groups <- seq_along(sums(fit$obs)) - 1
  say(r$case, paste("observed", groups), sums(fit$obs))
  say(r$case, paste("expected", groups), sums(fit$exp))
  say(r$case, paste("variance", groups), diag(fit$var))
  say(r$case, "chi_square", fit$chisq)
  say(r$case, "p", fit$pvalue)
  say(r$case, "df", sum(sums(fit$exp) > 0) - 1)
}

gray_case <- function(r, p) {
  tests <- cuminc(p$exit, p$cause, p$group, p$stratum)$Tests
  stat <- tests[r$a, "stat"]
  if (stat == -1) stat <- NA  # cuminc's word for a singular covariance
  say(r$case, "chi_square", stat)
  say(r$case, "p", pchisq(stat, tests[r$a, "df"], lower.tail = FALSE))
  say(r$case, "df", tests[r$a, "df"])
}

compare_case <- function(r, p) {
  if (r$a %in% c("log_rank", "peto_peto")) rank_case(r, p) else gray_case(r, p)
}

function_case <- function(r) {
  x <- as.numeric(strsplit(r$b, " ")[[1]])
  interval <- function(fit) {
    say(r$case, c("estimate", "low", "high"), c(unname(fit$estimate), fit$conf.int))
  }
  one <- function(value) say(r$case, r$a, value)
  funnel <- function(target, n) for (at in c(0.025, 0.975, 0.001, 0.999)) {
    k <- qbinom(at, n, target)
    over <- (pbinom(k, n, target) - at) / dbinom(k, n, target)
    say(r$case, paste("funnel", at), min(max((k - over) / n, 0), 1))
  }
  switch(r$a,
    log = one(log(x)), log2 = one(log2(x)), exp = one(exp(x)), pow = one(x[1]^x[2]),
    normal = one(qnorm((1 + x) / 2)), chi_square = one(pchisq(x[1], x[2], lower.tail = FALSE)),
    binomial = one(pbinom(x[1], x[2], x[3])),
    wilson = interval(prop.test(x[1], x[2], correct = FALSE)),
    funnel = funnel(x[1], x[2]),
    quantile = {
      one(unname(quantile(x[-1], x[1])))
      say(r$case, c("mean", "variance"), c(mean(x[-1]), var(x[-1])))
    },
    holm = say(r$case, paste("holm", seq_along(x) - 1), p.adjust(x, "holm")))
}

for (i in seq_len(nrow(requests))) {
  r <- requests[i, ]
  p <- persons[[r$case]]
  suppressWarnings(switch(r$what,
    survival = survival_case(r, p),
    competing = if (r$b == "aalen") aalen_case(r, p) else competing_case(r, p),
    compare = compare_case(r, p),
    f = function_case(r)))
}
close(out)
