"""Office time as one line of seconds, on which a simulation adds and compares."""

import datetime
from bisect import bisect_left

from django.utils import timezone

from records.working_days import CLOSING, OFFICE_HOURS, ONE_DAY, Calendar

MINUTE, HOUR = 60, 3_600
(OPENS, NOON), (AFTERNOON, CLOSES) = [
    tuple(datetime.timedelta(hours=time.hour, minutes=time.minute) // datetime.timedelta(seconds=1) for time in pair)
    for pair in OFFICE_HOURS
]
MORNING = NOON - OPENS
DAY = MORNING + CLOSES - AFTERNOON  # eight hours
MIDNIGHT = datetime.time()


class OfficeTime:
    """The working days from `first` to `last`, one behind the other."""

    def __init__(self, calendar: Calendar, first: datetime.date, last: datetime.date) -> None:
        span = (first + ONE_DAY * number for number in range((last - first).days + 1))
        self.zone = timezone.get_current_timezone()
        self.days = [day for day in span if calendar.is_working(day)]

    def at(self, seconds: int) -> datetime.datetime:
        """The moment at which so much office time has passed; the end of the line for more than there is."""
        number, rest = divmod(seconds, DAY)
        if number >= len(self.days):
            number, rest = len(self.days) - 1, DAY
        of_day = OPENS + rest if rest <= MORNING else AFTERNOON + rest - MORNING
        midnight = datetime.datetime.combine(self.days[number], MIDNIGHT)
        return (midnight + datetime.timedelta(seconds=of_day)).replace(tzinfo=self.zone)

    def seconds(self, moment: datetime.datetime) -> int:
        """How much office time has passed at `moment`."""
        wall = moment.astimezone(self.zone)
        number = bisect_left(self.days, wall.date())
        if number == len(self.days) or self.days[number] != wall.date():
            return number * DAY
        of_day = wall.hour * HOUR + wall.minute * MINUTE + wall.second
        morning = min(max(of_day - OPENS, 0), MORNING)
        return number * DAY + morning + min(max(of_day - AFTERNOON, 0), DAY - MORNING)

    def closing(self, seconds: int) -> datetime.datetime:
        """When the desks close on the day of that moment."""
        day = self.days[min(seconds // DAY, len(self.days) - 1)]
        return datetime.datetime.combine(day, CLOSING, self.zone)

    def number(self, day: datetime.date) -> int:
        """How many working days lie before `day`."""
        return bisect_left(self.days, day)
