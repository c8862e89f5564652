const pattern = /^\d{4}-\d{2}-\d{2}$/

/** The moments between which two days of the calendar lie, as who reads this page counts them; the last day belongs to it. */
export function between(from: string, to: string): { readonly from?: string; readonly to?: string } {
  return { ...(pattern.test(from) && { from: new Date(`${from}T00:00:00`).toISOString() }), ...(pattern.test(to) && { to: nextDay(to) }) }
}

function nextDay(day: string): string {
  const end = new Date(`${day}T00:00:00`)
  end.setDate(end.getDate() + 1)
  return end.toISOString()
}
