"""A client that is newer than the server: it refuses the replies, as it refuses those of a real server of that age."""

from daytona import Daytona, DaytonaConfig, DaytonaError

from fake import KEY, URL, ask, check

if __name__ == "__main__":
    daytona = Daytona(DaytonaConfig(api_key=KEY, api_url=URL))
    try:
        daytona.create()
        seen = "the reply was understood"
    except DaytonaError as error:
        seen = str(error)
    check("a newer client misses a field that it requires", "kvm" in seen, seen)
    check("the sandbox was created all the same", ask("GET", "summary")["alive"] == 1)
